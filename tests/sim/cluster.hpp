#pragma once
// Three nodes, the network between them, and all that befalls them.

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/broker.hpp"
#include "tests/sim/links.hpp"
#include "tests/sim/process.hpp"
#include "tests/sim/world.hpp"

namespace tracseq::sim {

class cluster final : public surroundings_of_process {
 public:
  cluster(world& in, std::size_t nodes, partition_id partitions);
  ~cluster() override;

  void start();
  /// From now on nothing goes wrong any more; nodes that are down come back, all but those that this seed leaves out.
  void heal();
  /// Lets the next thing happen; false if there is nothing.
  bool step();

  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// The processes that have to converge once faults have stopped.
  [[nodiscard]] std::vector<process*> core();
  [[nodiscard]] broker const& log() const { return log_; }
  [[nodiscard]] disk const& disk_of(process const& one) const;
  [[nodiscard]] bool performed(uuid const& message) const { return performed_.contains(message); }

  /// A message of a client; a node that stands still gets it later, one that is down never.
  void ask(std::size_t node, std::function<void(process&)> what);
  /// A message that a node sends to a client: lost, late or doubled like any other.
  void tell_client(std::function<void()> what);

  // surroundings_of_process
  bool send_frame(process const& from, uuid const& to, bool is_answer, std::string body) override;
  void perform(std::string const& by, effect const& what, std::function<void(effect_outcome)> done) override;

 private:
  struct member {
    machine on;
    std::unique_ptr<process> running;
    bool left_out = false;    ///< stays down when the others have to converge
    bool net_cut = false;
    bool starting = false;
  };
  void send(std::function<void()> what);
  void deliver(std::size_t to, std::function<void(process&)> what);
  void start_node(std::size_t index);
  void crash(std::size_t index);
  void misfortune();
  void befall(std::size_t index);
  /// The group that divides the partitions among those it hears of.
  void divide();
  void look();
  [[nodiscard]] std::size_t index_of(std::string const& name) const;

  world& world_;
  broker log_;
  std::vector<member> nodes_;
  std::vector<std::unique_ptr<process>> dead_;  ///< actors' handles may outlive their process for a while
  links links_;
  std::vector<uuid> members_;  ///< who was given a share last
  std::set<uuid> performed_;
  bool healed_ = false;
};

}  // namespace tracseq::sim
