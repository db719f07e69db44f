#pragma once
// Settings, declared once. A value comes from a flag, else from the environment (TRACSEQ_HTTP_PORT), else
// from the configuration file, else it is the default.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/result.hpp"

namespace tracseq {

enum class setting_type : std::uint8_t { text, integer, boolean };

struct setting {
  std::string_view name;  ///< "http.port": table and key in the file
  setting_type type = setting_type::text;
  std::string_view standard;  ///< the default, as text
  std::int64_t min = 0;       ///< of integers
  std::int64_t max = 0;
  std::string_view words;     ///< allowed texts, separated by blanks; empty = any
  std::string_view doc;       ///< sentences for the operator
  std::string_view flag;      ///< short spelling beside --http-port: "port"
  bool secret = false;        ///< shown masked
};

[[nodiscard]] std::span<setting const> setting_table() noexcept;

/// "--http-port" and "TRACSEQ_HTTP_PORT" of "http.port".
[[nodiscard]] std::string flag_of(setting const& one);
[[nodiscard]] std::string variable_of(setting const& one);

class settings {
 public:
  struct sources {
    std::string file;  ///< configuration file; empty = TRACSEQ_CONFIG, else none
    std::function<std::optional<std::string>(std::string const& variable)> environment;
    std::map<std::string, std::string, std::less<>> flags;  ///< by setting name
  };
  /// `invalid_argument` names every wrong value with its place, and suggests what an unknown key may
  /// have meant.
  [[nodiscard]] static result<settings> load(sources const& from);
  /// The defaults alone.
  settings();

  [[nodiscard]] std::string const& text(std::string_view name) const;
  [[nodiscard]] std::int64_t integer(std::string_view name) const;
  [[nodiscard]] bool boolean(std::string_view name) const;
  /// "default", "/etc/tracseq/tracseq.toml line 12", "TRACSEQ_HTTP_PORT", "--http-port".
  [[nodiscard]] std::string const& source(std::string_view name) const;
  /// The value as it may be shown.
  [[nodiscard]] std::string shown(setting const& one) const;

 private:
  struct value {
    std::string text;
    std::string source;
  };
  [[nodiscard]] value const& at(std::string_view name) const;
  void read_file(std::string const& path, std::vector<field_problem>& problems);
  void put(setting const& one, std::string text, std::string source,
           std::vector<field_problem>& problems);
  std::map<std::string, value, std::less<>> values_;
};

/// The data directory where none is said: $XDG_DATA_HOME/tracseq, else ~/.local/share/tracseq.
[[nodiscard]] std::string default_data_directory();

/// A configuration file with every setting at its default, commented; config/tracseq.toml is it.
[[nodiscard]] std::string example_configuration();

/// The candidate that `typed` most likely means; empty where none is near.
[[nodiscard]] std::string nearest_word(std::string_view typed, std::span<std::string const> candidates);

}  // namespace tracseq
