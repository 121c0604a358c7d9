-- client_credentials without pause, or with one between requests:  token.lua -- AUTHORIZATION [PAUSE_MS]
dofile('tests/load/report.lua')

function init(arguments)
  wrk.method = 'POST'
  wrk.body = 'grant_type=client_credentials'
  wrk.headers['Authorization'] = arguments[1]
  wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
  pause = tonumber(arguments[2] or 0)
end

function delay()
  return pause
end
