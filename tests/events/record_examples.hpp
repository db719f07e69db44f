#pragma once
// A commit and a claim with every field filled.

#include "events/record.hpp"
#include "events/registry.hpp"
#include "tests/events/examples.hpp"

namespace tracseq::test {

inline uuid numbered_uuid(std::uint8_t first) {
  uuid id;
  for (std::size_t i = 0; i < 16; ++i) id.bytes[i] = static_cast<std::uint8_t>(first + i);
  return id;
}

inline commit example_commit() {
  commit record;
  record.claim = 3;
  for (std::size_t i = 0; i < 32; ++i) record.prev[i] = static_cast<std::uint8_t>(i * 7);
  record.stream = "sample/0192f3c0-1234-7abc-8def-00112233aabb";
  record.base_version = 7;
  record.flags = commit_flag::continued;
  record.command_id = numbered_uuid(1);
  for (std::size_t i = 0; i < 16; ++i) record.request[i] = static_cast<std::uint8_t>(200 + i);
  record.recorded_at = {1'795'512'600'250'001};
  record.occurred_at = instant{1'795'512'000'000'000};
  record.who = {"operator", "Änne", "lab_administrator"};
  record.node = "node-1";
  record.reason = "found in the wrong box";
  record.correlation_id = numbered_uuid(2);
  record.causation_id = numbered_uuid(3);
  record.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  record.events = {encode_event(example<sample::placed>()), encode_event(example<sample::accepted>())};
  return record;
}

inline claim example_claim() {
  return {4, {1'795'512'600'250'001}, "node-1", numbered_uuid(9), "10.0.0.1:9101"};
}

}  // namespace tracseq::test
