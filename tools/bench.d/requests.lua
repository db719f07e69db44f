-- wrk's side of the load: requests that are all different, joined from ready-made pieces.
--   wrk … -s requests.lua URL -- MODE TOKEN RUN [IDS]
-- MODE: post (register a sample), get (one sample of IDS), mixed (post, and correct one of IDS, by
-- turns), touch (correct the samples of IDS one after the other). RUN: three characters that make keys
-- and names of this run unlike those of any other.

local format, random = string.format, math.random
local threads = 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

local count, ids = 0, {}
local post_head, post_body, correct_head, get_tail
local mode, run

local function read_ids(path)
  for line in io.lines(path) do ids[#ids + 1] = line end
end

function init(args)
  mode, run = args[1], args[3]
  if args[4] then read_ids(args[4]) end
  math.randomseed(number * 7919 + #ids)
  local host = "Host: " .. wrk.host .. "\r\nAuthorization: Bearer " .. args[2] .. "\r\n"
  post_body = '","type":"DNA","project":"PRJ-BENCH","submission":"SUB-0001","organism":"Homo sapiens",' ..
    '"taxon_id":9606,"collected_at":"2026-01-20","concentration_ng_per_ul":25.5,"volume_ul":50,' ..
    '"requires_temperature":["-80"],"custom":{"plate":"P1","well":"A1"}}'
  local length = #'{"name":"S-' + 3 + 1 + 2 + 1 + 8 + #post_body
  post_head = "POST /api/v1/samples HTTP/1.1\r\n" .. host .. "Content-Type: application/json\r\n" ..
    "Content-Length: " .. length .. "\r\nIdempotency-Key: k-"
  length = #'{"reason":"bench","notes":"checked ' + 3 + 1 + 2 + 1 + 8 + #'"}'
  correct_head = ":correct HTTP/1.1\r\n" .. host .. "Content-Type: application/json\r\n" ..
    "Content-Length: " .. length .. "\r\nIdempotency-Key: k-"
  get_tail = " HTTP/1.1\r\n" .. host .. "\r\n"
end

local function post(mark)
  return post_head .. mark .. '\r\n\r\n{"name":"S-' .. mark .. post_body
end

local function correct(id, mark)
  return "POST /api/v1/samples/" .. id .. correct_head .. mark ..
    '\r\n\r\n{"reason":"bench","notes":"checked ' .. mark .. '"}'
end

function request()
  count = count + 1
  if mode == "get" then return "GET /api/v1/samples/" .. ids[random(#ids)] .. get_tail end
  local mark = format("%s-%02d-%08d", run, number, count)
  if mode == "post" or (mode == "mixed" and count % 2 == 0) then return post(mark) end
  if mode == "mixed" then return correct(ids[random(#ids)], mark) end
  return correct(ids[(count * 2 + number) % #ids + 1], mark)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(format('JSON {"requests": %d, "seconds": %.6f, "refused": %d, "broken": %d, ' ..
    '"p50_us": %.1f, "p99_us": %.1f}\n', summary.requests, summary.duration / 1e6, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50),
    latency:percentile(99)))
end
