#include "node/sheets/detect.hpp"

#include <cstdio>
#include <string>

#include "node/sheets/text.hpp"

namespace tracseq::sheets {
namespace {

std::string size_in_words(std::uint64_t bytes) {
  char text[32];
  double const mib = static_cast<double>(bytes) / (1 << 20);
  if (mib >= 1024)
    std::snprintf(text, sizeof text, "%.1f GiB", mib / 1024);
  else
    std::snprintf(text, sizeof text, "%.0f MiB", mib);
  return text;
}

struct signature {
  std::string_view bytes;
  std::string_view refusal;
};

constexpr signature refused[] = {
    {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
     "This is an old Excel file (.xls), or a workbook protected by a password. Open it in Excel or "
     "LibreOffice, choose 'Save as', pick Excel workbook (.xlsx) without a password, and import that file."},
    {"%PDF-", "This is a PDF. Import the workbook or CSV file that it was made from."},
    {"\x1f\x8b", "This file is compressed (gzip). Unpack it and import the file inside."},
    {"BZh", "This file is compressed (bzip2). Unpack it and import the file inside."},
    {"7z\xbc\xaf", "This is a 7-Zip archive. Unpack it and import the file inside."},
    {"Rar!", "This is a RAR archive. Unpack it and import the file inside."},
    {"{\\rtf", "This is a rich text document. Copy its table into a workbook, save that as .xlsx, and "
               "import it."},
    {"\x89PNG", "This is a picture. Import the workbook or CSV file instead."},
    {"\xff\xd8\xff", "This is a picture. Import the workbook or CSV file instead."},
};

result<void> refuse_markup(std::string_view bytes) {
  auto const head = fold(trim(bytes.substr(0, 600)));
  auto const starts = [&](std::string_view with) { return std::string_view(head).starts_with(with); };
  if (starts("<?xml") || starts("<workbook"))
    return fail(errc::unsupported,
                "This is an XML file, not a workbook. Open it in Excel, choose 'Save as', pick Excel "
                "workbook (.xlsx), and import that file.");
  if (starts("<!doctype html") || starts("<html") || starts("<table") || starts("<meta"))
    return fail(errc::unsupported,
                "This is a web page (HTML), even if its name ends in .xls. Open it in Excel, choose 'Save "
                "as', pick Excel workbook (.xlsx), and import that file.");
  if (starts("{\"") || starts("[{") || starts("{ \""))
    return fail(errc::unsupported, "This is a JSON file. Import a workbook (.xlsx) or a CSV file.");
  return {};
}

}  // namespace

error too_large_file(std::uint64_t bytes, import_limits const& limits) {
  return {errc::too_large,
          "The file has " + size_in_words(bytes) + "; at most " + size_in_words(limits.max_bytes) +
              " can be imported at once. Split it, or remove pictures and sheets that are not needed.",
          {}};
}

result<container_kind> detect_container(std::string_view bytes, std::string_view filename,
                                        import_limits const& limits) {
  std::string const name = filename.empty() ? std::string("The file") : "The file " + quoted(filename);
  if (bytes.size() > limits.max_bytes)
    return tl::unexpected(too_large_file(bytes.size(), limits));
  if (bytes.empty())
    return fail(errc::invalid_argument, name + " is empty (0 bytes). Was it saved before it was closed?");
  for (auto const& kind : refused)
    if (bytes.starts_with(kind.bytes)) return fail(errc::unsupported, std::string(kind.refusal));
  if (bytes.starts_with("PK\x03\x04") || bytes.starts_with("PK\x05\x06")) return container_kind::zip;
  if (auto text = refuse_markup(bytes); !text) return tl::unexpected(text.error());
  return container_kind::text;
}

}  // namespace tracseq::sheets
