-- What every load ends with: one line of JSON that `measure.py` reads. Times are in microseconds.
function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('{"requests": %d, "micros": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d, "max": %d}\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
