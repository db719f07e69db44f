// The threads for slow work, when they are told to stop.
#include <doctest/doctest.h>

#include <atomic>
#include <future>
#include <memory>

#include "node/http/worker_pool.hpp"

using namespace tracseq;

TEST_CASE("what is forgotten at the end may come back to the pool: a turn lets its repeat begin") {
  auto const pool = std::make_shared<http::worker_pool>(1, 8);
  std::promise<void> busy;
  std::promise<void> let_go;
  REQUIRE(pool->run([&] {
    busy.set_value();
    let_go.get_future().wait();
  }));
  busy.get_future().wait();
  auto const refused = std::make_shared<std::atomic<int>>(0);
  std::shared_ptr<void> turn(nullptr, [pool = pool.get(), refused](void*) {
    if (!pool->run([] {})) ++*refused;
  });
  REQUIRE(pool->run([turn] { FAIL("it waits until it is forgotten"); }));
  turn.reset();
  auto const stopped = std::make_shared<std::promise<void>>();
  std::thread([pool, stopped] {  // alone, for a pool that hangs cannot be joined
    pool->stop();
    stopped->set_value();
  }).detach();
  auto const end = stopped->get_future();
  for (int i = 0; i < 500 && *refused == 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(*refused == 1);
  let_go.set_value();
  CHECK(end.wait_for(std::chrono::seconds(5)) == std::future_status::ready);
}
