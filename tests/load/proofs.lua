-- Client credentials of a client that signs what it sends, each once:  proofs.lua -- FILE
-- FILE has one request a line: a client assertion, and behind a tab a DPoP proof where there is one. One thread only: it
-- owns the lines.
dofile('tests/load/report.lua')

local grant = 'grant_type=client_credentials&client_assertion_type='
  .. 'urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&client_assertion='
local lines

function init(arguments)
  wrk.method = 'POST'
  wrk.headers['Content-Type'] = 'application/x-www-form-urlencoded'
  lines = io.lines(arguments[1])
end

function request()
  local assertion, proof = lines():match('([^\t]*)\t?(.*)')
  wrk.headers['DPoP'] = proof ~= '' and proof or nil
  return wrk.format(nil, nil, nil, grant .. assertion)
end
