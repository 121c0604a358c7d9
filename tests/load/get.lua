-- One address without pause, or with one between requests:  get.lua -- [PAUSE_MS]
dofile('tests/load/report.lua')

function init(arguments)
  pause = tonumber(arguments[1] or 0)
end

function delay()
  return pause
end
