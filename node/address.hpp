#pragma once
// host:port as it stands in a URL and as the other nodes dial it.

#include <cstdint>
#include <string>

namespace tracseq {

/// An IPv6 address in brackets: its own colons would be taken for the port's.
[[nodiscard]] inline std::string host_and_port(std::string const& host, std::uint16_t port) {
  bool const bare_ipv6 = host.find(':') != std::string::npos && !host.starts_with('[');
  return (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

}  // namespace tracseq
