#include "node/sheets/zip_archive.hpp"

#include <zip.h>

#include <array>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

constexpr std::string_view damaged =
    "The file is damaged or was not copied completely. Open it in Excel or LibreOffice, save it again as "
    ".xlsx and import the new file.";

constexpr std::string_view zip_bomb =
    "The file unpacks to far more data than a sample sheet holds and was refused. Copy the table into a "
    "new, empty workbook and import that.";

struct file_closer {
  void operator()(zip_file_t* file) const noexcept { zip_fclose(file); }
};

std::string entry_key(std::string_view name) {
  while (!name.empty() && name.front() == '/') name.remove_prefix(1);
  auto key = fold(name);
  for (char& c : key)
    if (c == '\\') c = '/';
  return key;
}

}  // namespace

struct zip_archive::handle {
  zip_t* archive = nullptr;
  ~handle() {
    if (archive != nullptr) zip_discard(archive);
  }
};

zip_archive::zip_archive() : handle_(std::make_unique<handle>()) {}
zip_archive::zip_archive(zip_archive&&) noexcept = default;
zip_archive& zip_archive::operator=(zip_archive&&) noexcept = default;
zip_archive::~zip_archive() = default;

result<zip_archive> zip_archive::open(std::string_view bytes, import_limits const& limits) {
  zip_archive archive;
  archive.limits_ = limits;
  archive.packed_bytes_ = bytes.size();
  zip_error_t reason;
  zip_error_init(&reason);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &reason);
  if (source != nullptr) {
    archive.handle_->archive = zip_open_from_source(source, ZIP_RDONLY, &reason);
    if (archive.handle_->archive == nullptr) zip_source_free(source);
  }
  zip_error_fini(&reason);
  if (archive.handle_->archive == nullptr) return fail(errc::invalid_argument, std::string(damaged));

  auto const count = zip_get_num_entries(archive.handle_->archive, 0);
  if (count > static_cast<zip_int64_t>(limits.max_archive_entries))
    return fail(errc::too_large,
                "The workbook consists of more than " + count_of(limits.max_archive_entries, "part") +
                    ". Copy the table into a new, empty workbook and import that.");
  for (zip_int64_t i = 0; i < count; ++i) {
    auto const* name = zip_get_name(archive.handle_->archive, static_cast<zip_uint64_t>(i), 0);
    if (name != nullptr) archive.entries_.emplace(entry_key(name), static_cast<std::size_t>(i));
  }
  return archive;
}

bool zip_archive::has(std::string_view name) const { return entries_.contains(entry_key(name)); }

bool zip_archive::has_folder(std::string_view prefix) const {
  auto const it = entries_.lower_bound(prefix);
  return it != entries_.end() && it->first.starts_with(prefix);
}

result<void> zip_archive::read(std::string_view name, sink const& take) {
  auto const entry = entries_.find(entry_key(name));
  if (entry == entries_.end())
    return fail(errc::invalid_argument,
                "The workbook lacks its part " + quoted(name) + ". " + std::string(damaged));
  std::unique_ptr<zip_file_t, file_closer> const file(
      zip_fopen_index(handle_->archive, entry->second, 0));
  if (!file) {
    auto const code = zip_error_code_zip(zip_get_error(handle_->archive));
    if (code == ZIP_ER_NOPASSWD || code == ZIP_ER_ENCRNOTSUPP || code == ZIP_ER_WRONGPASSWD)
      return fail(errc::invalid_argument,
                  "The file is protected by a password. Open it, save it without one, and import it "
                  "again.");
    return fail(errc::invalid_argument, std::string(damaged));
  }
  std::array<char, 64 << 10> chunk;
  std::size_t of_this_entry = 0;
  for (;;) {
    auto const got = zip_fread(file.get(), chunk.data(), chunk.size());
    if (got < 0) return fail(errc::invalid_argument, std::string(damaged));
    auto const bytes = static_cast<std::size_t>(got);
    of_this_entry += bytes;
    inflated_bytes_ += bytes;
    bool const too_dense = of_this_entry > limits_.ratio_grace_bytes &&
                           of_this_entry / limits_.max_inflate_ratio > packed_bytes_;
    if (inflated_bytes_ > limits_.max_inflated_bytes || too_dense)
      return fail(errc::too_large, std::string(zip_bomb));
    auto const taken = take(std::string_view(chunk.data(), bytes), bytes == 0);
    if (!taken || bytes == 0) return taken;
  }
}

result<std::string> zip_archive::read_all(std::string_view name, std::size_t max_bytes) {
  std::string content;
  auto const done = read(name, [&](std::string_view chunk, bool) -> result<void> {
    if (content.size() + chunk.size() > max_bytes)
      return fail(errc::too_large, std::string(zip_bomb));
    content.append(chunk);
    return {};
  });
  if (!done) return tl::unexpected(done.error());
  return content;
}

}  // namespace tracseq::sheets
