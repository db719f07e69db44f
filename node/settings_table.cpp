#include "node/settings.hpp"

#include <array>

namespace tracseq {
namespace {

constexpr auto text = setting_type::text;
constexpr auto integer = setting_type::integer;
constexpr auto boolean = setting_type::boolean;

constexpr auto table = std::to_array<setting>({
    {"data.directory", text, "", 0, 0, "",
     "Where the node keeps its log, projections and operator token. Empty: "
     "$XDG_DATA_HOME/tracseq, else ~/.local/share/tracseq.", "data"},
    {"data.read_only", boolean, "false", 0, 0, "",
     "Show what is in the data directory and change nothing: for a replayed copy or an auditor.",
     "read-only"},

    {"node.name", text, "node-1", 0, 0, "",
     "Names this node in the history, in logs and figures. Unique in a cluster.", ""},
    {"node.drain_s", integer, "20", 0, 300, "",
     "How long requests in progress may take when the node is asked to stop.", ""},

    {"node.roles", text, "shards http notifications", 0, 0, "",
     "What this node does, parted by blanks: shards (owns partitions and decides commands), http (page and API; "
     "without it only /livez, /readyz and /metrics), notifications.", ""},

    {"cluster.address", text, "", 0, 0, "",
     "IP address where other nodes of the cluster reach this one. Empty: there are no others.", ""},
    {"cluster.port", integer, "8090", 0, 65535, "", "Port for other nodes; 0 = any free one.", ""},
    {"cluster.advertise", text, "", 0, 0, "",
     "host:port that other nodes dial, where it is not cluster.address and cluster.port.", ""},
    {"cluster.secret_file", text, "", 0, 0, "",
     "File with the secret that all nodes of a cluster share, 32 characters at least, readable by its owner "
     "alone. The operator token and the webhook key come from it.", ""},
    {"cluster.tls_certificate", text, "", 0, 0, "",
     "PEM file with this node's certificate. With cluster.tls_key and cluster.tls_ca, nodes talk over mutual TLS.", ""},
    {"cluster.tls_key", text, "", 0, 0, "", "PEM file with its private key.", ""},
    {"cluster.tls_ca", text, "", 0, 0, "", "PEM file with the authority that signed the nodes' certificates.", ""},
    {"cluster.session_timeout_ms", integer, "6000", 1000, 300000, "",
     "A node that Kafka has not heard of for so long is out of the group. No less than the broker's "
     "group.min.session.timeout.ms.", ""},
    {"cluster.suspect_after_ms", integer, "2000", 200, 60000, "",
     "A node that says nothing for so long is taken for out of reach.", ""},

    {"log.address", text, "", 0, 0, "",
     "Where the history lives: empty = the embedded log in the data directory, or "
     "kafka://host:9092,host:9092/topic.", "log"},
    {"log.partitions", integer, "12", 1, 1024, "",
     "Partitions of a log that is made new. Can never be changed afterwards.", ""},
    {"log.segment_mib", integer, "64", 1, 1024, "",
     "Embedded log: MiB that one of its files takes, from when it is made. Small ones suit a small disk.", ""},
    {"log.require_replication", boolean, "false", 0, 0, "",
     "Kafka: refuse to start where a topic has fewer than three replicas or min.insync.replicas below "
     "two, instead of warning.", ""},
    {"log.start_behind_damage", boolean, "false", 0, 0, "",
     "Start although the newest commits do not follow what is before them, and give them up. For one start, "
     "after `audit verify` was read.", ""},

    {"http.address", text, "127.0.0.1", 0, 0, "",
     "IP address to listen on. Anything but 127.0.0.1 wants TLS: here, or from a proxy before it.", ""},
    {"http.port", integer, "8089", 0, 65535, "", "Port to listen on; 0 = any free one.", "port"},
    {"http.tls_certificate", text, "", 0, 0, "",
     "PEM file with the certificate and those that vouch for it. With http.tls_key the port speaks TLS 1.2 and 1.3; "
     "empty: plain HTTP. Read again when it changes.", ""},
    {"http.tls_key", text, "", 0, 0, "", "PEM file with the certificate's private key, without a passphrase.", ""},
    {"http.threads", integer, "2", 1, 16, "", "Threads that read requests and write answers.", ""},
    {"http.connections_max", integer, "1024", 1, 100000, "",
     "Open connections; beyond, a connection is answered 503.", ""},
    {"http.head_bytes_max", integer, "8192", 1024, 65536, "",
     "Length of a request's head; beyond, 431.", ""},
    {"http.body_bytes_max", integer, "1048576", 1024, 67108864, "",
     "Length of a request's body; beyond, 413.", ""},
    {"http.upload_bytes_max", integer, "20971520", 1024, 268435456, "",
     "Length of an uploaded sheet; beyond, 413.", ""},
    {"http.head_timeout_s", integer, "10", 1, 300, "", "Time for a request's head to arrive.", ""},
    {"http.idle_timeout_s", integer, "75", 1, 3600, "",
     "How long a connection may stay open between requests.", ""},
    {"http.write_timeout_s", integer, "30", 1, 600, "",
     "How long a client may take to accept an answer.", ""},
    {"http.body_bytes_per_s_min", integer, "1024", 1, 1048576, "",
     "The slowest a body may arrive.", ""},
    {"http.stream_queue_bytes_max", integer, "1048576", 65536, 67108864, "",
     "What may wait for one client of the event stream; beyond, its stream is closed and it resumes.",
     ""},

    {"engine.threads", integer, "2", 1, 64, "", "Threads that decide commands.", ""},
    {"engine.in_flight_max", integer, "4096", 1, 1000000, "",
     "Commands of one partition that may wait for their commit; beyond, 503 within milliseconds.", ""},
    {"engine.live_entities_max", integer, "10000", 100, 10000000, "",
     "Samples, boxes and runs kept in memory; the least recently used go first.", ""},
    {"engine.command_deadline_ms", integer, "10000", 100, 600000, "",
     "How long a command may wait for its commit; then its outcome is unknown to the client, who "
     "repeats it with the same key.", ""},

    {"webhook.timeout_ms", integer, "10000", 100, 120000, "",
     "How long a webhook's receiver may take to answer.", ""},
    {"webhook.private_addresses", boolean, "false", 0, 0, "",
     "Allow webhooks to loopback and private addresses.", ""},

    {"checkpoint.file", text, "", 0, 0, "",
     "Where signed checkpoints are appended, to find a history that was cut or rewritten. Best on another "
     "disk or machine. Empty: checkpoints.ndjson in the data directory.", ""},
    {"checkpoint.webhook", text, "", 0, 0, "",
     "An address that gets each checkpoint, too. Empty: none.", ""},
    {"checkpoint.commits", integer, "1000", 1, 1000000000, "",
     "Commits after which a checkpoint is written, without waiting for the interval.", ""},
    {"checkpoint.interval_s", integer, "60", 1, 86400, "",
     "Seconds after something happened when a checkpoint is written. At start and at stop one is, too.", ""},

    {"ui.directory", text, "", 0, 0, "",
     "The built page. Empty: ui/dist beside the program, or share/tracseq/ui of its prefix.", ""},

    {"logging.level", text, "info", 0, 0, "debug info warn error", "What is logged.", "log-level"},
    {"logging.format", text, "auto", 0, 0, "auto json text",
     "auto: text on a terminal, JSON lines anywhere else. Logs go to stderr.", ""},
});

}  // namespace

std::span<setting const> setting_table() noexcept { return table; }

std::string flag_of(setting const& one) {
  std::string flag = "--";
  for (char const c : one.name) flag.push_back(c == '.' || c == '_' ? '-' : c);
  return flag;
}

std::string variable_of(setting const& one) {
  std::string variable = "TRACSEQ_";
  for (char const c : one.name)
    variable.push_back(c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
  return variable;
}

std::string example_configuration() {
  std::string out =
      "# TracSeq's configuration: every setting with its default. A value may also be given in the\n"
      "# environment (http.port as TRACSEQ_HTTP_PORT) or as a flag (--http-port); a flag goes before the\n"
      "# environment, the environment before this file. `tracseq config show` says what holds and why.\n";
  std::string_view section;
  for (auto const& one : table) {
    auto const dot = one.name.find('.');
    if (auto const of = one.name.substr(0, dot); of != section) {
      section = of;
      out.append("\n[").append(section).append("]\n");
    }
    std::string line = "#";
    auto doc = one.doc;
    while (!doc.empty()) {
      auto const word = doc.substr(0, doc.find(' '));
      doc.remove_prefix(std::min(doc.size(), word.size() + 1));
      if (line.size() + 1 + word.size() > 100) {
        out.append(line).append("\n");
        line.assign(1, '#');
      }
      line.append(" ").append(word);
    }
    out.append(line).append("\n");
    if (one.type == integer)
      out.append("# ").append(std::to_string(one.min)).append(" to ").append(std::to_string(one.max)).append(".\n");
    if (!one.words.empty()) out.append("# One of: ").append(one.words).append(".\n");
    out.append("#").append(one.name.substr(dot + 1)).append(" = ");
    if (one.type == text)
      out.append("\"").append(one.standard).append("\"\n");
    else
      out.append(one.standard).append("\n");
  }
  return out;
}

}  // namespace tracseq
