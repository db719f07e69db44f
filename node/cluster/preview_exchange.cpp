#include "node/cluster/preview_exchange.hpp"

#include <algorithm>

#include "events/codec.hpp"

namespace tracseq::cluster {

struct preview_question {
  std::string id;
  std::uint64_t offset = 0;
};
BOOST_DESCRIBE_STRUCT(preview_question, (), (id, offset))

/// The sheet with `bytes` from the offset on, as many as go into a piece.
struct preview_piece {
  http::uploaded_sheet sheet;
  std::uint64_t whole = 0;  ///< bytes of all pieces
};
BOOST_DESCRIBE_STRUCT(preview_piece, (), (sheet, whole))

namespace {

constexpr std::string_view topic = "preview";
constexpr std::string_view answer_about = "preview answer";
/// Small enough that closing it holds up nobody on the links' thread.
constexpr std::size_t piece_bytes = 1u << 20;
constexpr auto patience = std::chrono::milliseconds(3'000);

}  // namespace

struct preview_exchange::search {
  std::string id;
  std::function<void(sheet)> done;
  std::mutex mutex;
  std::size_t asked = 0;  ///< nodes that have not answered yet
  uuid from;              ///< that has it
  std::shared_ptr<http::uploaded_sheet> got;

  void end(sheet with) {
    std::function<void(sheet)> then;
    {
      std::lock_guard const guard(mutex);
      then = std::exchange(done, nullptr);
    }
    if (then) then(std::move(with));
  }
};

preview_exchange::preview_exchange(world others, std::string_view cluster_secret, std::size_t bytes_max)
    : others_(std::move(others)), envelope_(cluster_secret, "previews"), bytes_max_(bytes_max) {
  others_.questions.on(std::string(topic),
                       [this](std::string const& body, asks::reply const& done) { done(answer(body)); });
}

void preview_exchange::serve(std::function<sheet(std::string const& id)> find) {
  std::lock_guard const guard(mutex_);
  find_here_ = std::move(find);
}

result<std::string> preview_exchange::answer(std::string const& body) {
  auto const opened = envelope_.open(body, topic);
  auto const asked = opened ? codec::decode<preview_question>(*opened) : tl::unexpected(error{errc::corrupt, "", {}});
  if (!asked) return fail(errc::corrupt, "the question for a preview cannot be opened");
  sheet found;
  {
    std::lock_guard const guard(mutex_);
    if (find_here_) found = find_here_(asked->id);
  }
  if (!found || asked->offset > found->bytes.size()) return fail(errc::not_found, "there is no such preview here");
  preview_piece piece;
  piece.whole = found->bytes.size();
  piece.sheet.preview_id = found->preview_id;
  piece.sheet.file_name = found->file_name;
  piece.sheet.mapping = found->mapping;
  piece.sheet.day = found->day;
  piece.sheet.position = found->position;
  piece.sheet.bytes = found->bytes.substr(asked->offset, piece_bytes);
  return envelope_.close(codec::encode(piece), answer_about);
}

void preview_exchange::find(std::string const& id, std::function<void(sheet)> done) {
  auto const to = others_.in_reach();
  if (to.empty()) return done(nullptr);
  auto const all = std::make_shared<search>();
  all->id = id;
  all->done = std::move(done);
  all->asked = to.size();
  for (auto const& one : to) ask_for(all, one, 0);
}

void preview_exchange::ask_for(std::shared_ptr<search> const& all, uuid const& from, std::size_t offset) {
  auto const question = codec::encode(preview_question{all->id, offset});
  others_.questions.ask(from, std::string(topic), envelope_.close(question, topic), patience,
                        [this, all, from](result<std::string> const& told) { on_piece(all, from, told); });
}

void preview_exchange::on_piece(std::shared_ptr<search> const& all, uuid const& from, result<std::string> const& told) {
  auto const opened = told ? envelope_.open(*told, answer_about) : std::nullopt;
  auto piece = opened ? codec::decode<preview_piece>(*opened) : tl::unexpected(error{errc::not_found, "", {}});
  if (piece && (piece->whole > bytes_max_ || piece->sheet.preview_id != all->id)) piece = fail(errc::corrupt, "");
  std::size_t next = 0;
  bool const goes_on = piece && !piece->sheet.bytes.empty();
  {
    std::lock_guard const guard(all->mutex);
    if (!all->done) return;
    if (all->from.is_nil()) {
      --all->asked;
      if (!piece && all->asked > 0) return;
      if (piece) {
        all->from = from;
        all->got = std::make_shared<http::uploaded_sheet>(std::move(piece->sheet));
      }
    } else if (all->from != from) {
      return;  // another one has it, too
    } else if (piece) {
      all->got->bytes += piece->sheet.bytes;
    }
    if (piece) next = all->got->bytes.size();
  }
  if (!piece) return all->end(nullptr);
  // One that is cut off and one that does not go on are none.
  if (next == piece->whole) return all->end(all->got);
  if (next > piece->whole || !goes_on) return all->end(nullptr);
  ask_for(all, from, next);
}

}  // namespace tracseq::cluster
