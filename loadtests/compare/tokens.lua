-- wrk's requests: one after the other with the tokens of a file. Arguments: file, how many of its lines (0: all), "bad" to spoil the
-- signature of every second token. Prints the result as one line of JSON.
local requests, count, sent, ready = {}, 0, 0, 20000
local head, tail

function init(args)
  local limit, spoil = tonumber(args[2]), args[3] == "bad"
  head, tail = wrk.format("GET", nil, { ["Authorization"] = "Bearer @" }):match("^(.*)@(.*)$")
  for line in io.lines(args[1]) do
    count = count + 1
    if spoil and count % 2 == 0 then
      local at = line:match(".*()%.") + 9
      line = line:sub(1, at - 1) .. (line:sub(at, at) == "A" and "B" or "A") .. line:sub(at + 1)
    end
    -- The rest of a large pool becomes text when it is due: all of it would be more than this interpreter holds.
    requests[count] = count <= ready and head .. line .. tail or line
    if count == limit then break end
  end
end

function request()
  sent = sent % count + 1
  return sent <= ready and requests[sent] or head .. requests[sent] .. tail
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format('\n{"requests":%d,"microseconds":%d,"rejected":%d,"broken":%d,"p50":%d,"p99":%d}\n', summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50), latency:percentile(99)))
end
