-- Sign-ins, in interactions that were opened before.  login.lua -- FILE sign-in|guess
-- FILE has a line for each: path, cookies, form, tab-separated. `sign-in` sends each once. `guess` sends them round and round,
-- each time as another person from another address, which costs the server a hash each and never gets in. Answers are counted
-- on a line of their own. One thread only: it owns the interactions.
dofile('tests/load/report.lua')
local report = done

local threads = {}
local lines = {}
local next_line = 0
local guess = false
local pause = 0
signed_in, wrong, put_off = 0, 0, 0

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  for line in io.lines(arguments[1]) do table.insert(lines, line) end
  guess = arguments[2] == 'guess'
end

function delay()
  local now = pause
  pause = 0
  return now
end

function request()
  next_line = next_line + 1
  if guess then next_line = (next_line - 1) % #lines + 1 end
  local line = lines[next_line]
  if not line then return wrk.format('GET', '/.well-known/jwks.json') end
  local path, cookie, form = line:match('^(.-)\t(.-)\t(.*)$')
  if guess then form = form:gsub('username=[^&]*', 'username=guess' .. math.random(1e9)) end
  return wrk.format('POST', path, {
    ['Host'] = wrk.headers['Host'], ['Cookie'] = cookie, ['Content-Type'] = 'application/x-www-form-urlencoded',
    ['Origin'] = wrk.scheme .. '://' .. wrk.headers['Host'], ['Sec-Fetch-Site'] = 'same-origin',
    ['X-Forwarded-For'] = string.format('10.%d.%d.%d', math.random(0, 255), math.random(0, 255), math.random(1, 254)),
  }, form)
end

function response(status, headers)
  if status == 503 or status == 429 then
    put_off = put_off + 1
    pause = 100
  elseif status == 302 or status == 303 then
    signed_in = signed_in + 1
  elseif not (headers['etag'] or headers['ETag']) then -- not the JWKS, which fills the time when all have signed in
    wrong = wrong + 1
  end
end

function done(summary, latency, requests)
  local counted = threads[1] -- there is one
  io.write(string.format('{"signed_in": %d, "wrong": %d, "put_off": %d}\n',
    counted:get('signed_in'), counted:get('wrong'), counted:get('put_off')))
  report(summary, latency, requests)
end
