#include "events/event_log.hpp"
#include "events/log/embedded_log.hpp"
#include "events/log/kafka_group.hpp"
#include "events/log/kafka_log.hpp"

namespace tracseq {

result<std::unique_ptr<event_log>> open_log(std::string_view address, log_options const& options) {
  constexpr std::string_view file_scheme = "file://";
  if (address.starts_with("kafka://")) return open_kafka_log(address, options);
  if (address.starts_with(file_scheme)) address.remove_prefix(file_scheme.size());
  if (address.find("://") != std::string_view::npos)
    return fail(errc::invalid_argument, "cannot open a log at " + std::string(address) +
                                            ": it is a directory, file:///directory or "
                                            "kafka://host:port[,host:port]/topic");
  auto opened = embedded_log::open(std::filesystem::path(address), options);
  if (!opened) return tl::unexpected(opened.error());
  return std::unique_ptr<event_log>(*std::move(opened));
}

result<std::unique_ptr<partition_group>> join_group(std::string_view address, group_options const& options,
                                                    assigned_callback told) {
  if (!address.starts_with("kafka://"))
    return fail(errc::unsupported, "an embedded log belongs to one node; several nodes need Kafka (--log kafka://…)");
  auto const where = kafka::parse_address(address);
  if (!where) return tl::unexpected(where.error());
  return kafka::join(*where, options, std::move(told));
}

result<std::vector<std::string>> group_members(std::string_view address) {
  auto const where = kafka::parse_address(address);
  if (!where) return tl::unexpected(where.error());
  return kafka::members(*where);
}

}  // namespace tracseq
