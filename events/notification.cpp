#include "events/notification.hpp"

#include "events/words.hpp"

namespace tracseq::notification_rule {
namespace {

std::string sentence(terms const& rule) {
  std::string text = rule.name + ": tells ";
  text += rule.channel == channel::webhook ? rule.url : rule.recipient;
  text += " of ";
  for (auto const& type : rule.event_types) {
    if (&type != rule.event_types.data()) text += ", ";
    text += type;
  }
  if (!rule.project.empty()) text += " in project " + rule.project;
  return text;
}

}  // namespace

std::string created::words() const { return "Created " + sentence(terms); }

std::string changed::words() const { return "Changed to " + sentence(terms); }

std::string paused::words() const { return "Paused"; }

std::string resumed::words() const { return "Resumed"; }

std::string deleted::words() const { return "Deleted"; }

}  // namespace tracseq::notification_rule

namespace tracseq::delivery {

std::string queued::words() const {
  return "To be told to " +
         (channel == notification_rule::channel::webhook ? url : recipient) + ": " + subject;
}

std::string attempt_failed::words() const {
  return "Attempt " + std::to_string(attempt) + " failed" + words::colon(why) +
         "; next at " + to_rfc3339(next_attempt_at);
}

std::string delivered::words() const {
  return attempt > 1 ? "Delivered at attempt " + std::to_string(attempt) : "Delivered";
}

std::string died::words() const {
  return "Given up after " + words::count(attempts, "attempt") + words::colon(why);
}

std::string requeued::words() const { return "To be sent again"; }

std::string read::words() const { return "Read"; }

}  // namespace tracseq::delivery
