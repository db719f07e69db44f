// Which addresses no webhook is sent to, whatever a name resolves to.
#include <doctest/doctest.h>

#include "node/channels/webhook.hpp"

using namespace tracseq;

TEST_CASE("addresses that are not of the public internet are refused") {
  for (auto const* inside :
       {"127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
        "::ffff:a00:1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "2002:7f00:1::", "2002:c0a8:101::1",
        "2001::1", "2001:db8::1", "fc00::1", "fdff::1", "fe80::1", "febf::1", "fec0::1", "ff02::1", "", "localhost",
        "2130706433", "0x7f.1", "example.org"}) {
    CAPTURE(inside);
    CHECK(is_private_address(inside));
  }
  for (auto const* outside : {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.0",
                              "192.0.1.1", "198.17.0.1", "198.20.0.1", "223.255.255.255", "2606:4700::1111",
                              "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}) {
    CAPTURE(outside);
    CHECK_FALSE(is_private_address(outside));
  }
}

TEST_CASE("a URL whose host is written as an inside address is known before anything is sent") {
  for (auto const* inside : {"http://127.0.0.1:8089/x", "https://169.254.169.254/latest", "http://[::1]/", "http://127.1/",
                             "http://2130706433?x", "http://LOCALHOST/", "http://db.localhost.:80/"}) {
    CAPTURE(inside);
    CHECK(is_private_host(inside));
  }
  for (auto const* other : {"https://lab.example/hook", "http://8.8.8.8/", "https://[2606:4700::1111]:443/", ""}) {
    CAPTURE(other);
    CHECK_FALSE(is_private_host(other));
  }
}
