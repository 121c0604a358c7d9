-- Refresh with rotation: each answer brings the token for a next request.  refresh.lua -- AUTHORIZATION FILE
-- FILE has one refresh token a line, at least one more than there are connections. One thread only: it owns the tokens.
dofile('tests/load/report.lua')

local waiting = {}

function init(arguments)
  wrk.method = 'POST'
  wrk.headers['Authorization'] = arguments[1]
  wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
  for token in io.lines(arguments[2]) do table.insert(waiting, token) end
end

function request()
  return wrk.format(nil, nil, nil, 'grant_type=refresh_token&refresh_token=' .. table.remove(waiting, 1))
end

function response(_, _, body)
  table.insert(waiting, body:match('"refresh_token"%s*:%s*"([^"]+)"'))
end
