// The part of a connection that streams.
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>

#include "node/http/server_session.hpp"
#include "node/http/wire.hpp"

namespace tracseq::http {

std::shared_ptr<stream> session::start(response head) {
  stream_open_.store(true, std::memory_order_release);
  worker_->shared->streams.fetch_add(1);
  auto self = shared_from_this();
  boost::asio::post(worker_->io, [self, head = std::move(head)]() mutable {
    self->begin_stream(std::move(head));
  });
  return {self, static_cast<stream*>(self.get())};
}

void session::begin_stream(response head) {
  if (phase_ == phase::shut) return;
  phase_ = phase::streaming;
  out_.clear();
  write_head(out_, head, {http_1_0_ ? false : true, http_1_0_, true, is_head_request_});
  writing_ = true;
  set_deadline(worker_->shared->options.write_timeout);
  boost::asio::async_write(socket_, boost::asio::buffer(out_),
                           [self = shared_from_this()](boost::system::error_code ec, std::size_t) {
                             self->writing_ = false;
                             if (ec) return self->shut();
                             self->flush_stream();
                           });
  watch_for_end();
}

void session::watch_for_end() {
  // A client of a stream sends nothing more; whatever comes, or its leaving, ends the stream.
  begin_ = end_ = 0;
  socket_.async_read_some(boost::asio::buffer(buffer_.data(), buffer_.size()),
                          [self = shared_from_this()](boost::system::error_code, std::size_t) {
                            self->shut();
                          });
}

bool session::send(std::string bytes) {
  if (!open()) return false;
  bool wake = false;
  {
    std::lock_guard const lock(pending_mutex_);
    // What an empty queue is given is taken whatever its size: else one event above the bound would
    // end the stream at each resumption.
    if (!pending_.empty() &&
        pending_.size() + bytes.size() > worker_->shared->options.stream_queue_bytes_max) {
      if (stream_open_.exchange(false)) {
        worker_->shared->streams.fetch_sub(1);
        worker_->shared->streams_dropped.fetch_add(1);
        boost::asio::post(worker_->io, [self = shared_from_this()] { self->shut(); });
      }
      return false;
    }
    wake = pending_.empty();
    if (http_1_0_)
      pending_.append(bytes);
    else
      write_chunk(pending_, bytes);
    queued_.store(pending_.size(), std::memory_order_relaxed);
  }
  if (wake) boost::asio::post(worker_->io, [self = shared_from_this()] { self->flush_stream(); });
  return true;
}

void session::flush_stream() {
  if (phase_ != phase::streaming || writing_) return;
  out_.clear();
  bool last = false;
  {
    std::lock_guard const lock(pending_mutex_);
    out_.swap(pending_);
    queued_.store(0, std::memory_order_relaxed);
    last = ending_;
  }
  if (last && !http_1_0_) out_.append("0\r\n\r\n");
  if (out_.empty()) {
    if (last) shut();
    return;
  }
  writing_ = true;
  set_deadline(worker_->shared->options.write_timeout);
  boost::asio::async_write(
      socket_, boost::asio::buffer(out_),
      [self = shared_from_this(), last](boost::system::error_code ec, std::size_t) {
        self->writing_ = false;
        if (ec || last) return self->shut();
        self->flush_stream();
      });
}

void session::close() {
  {
    std::lock_guard const lock(pending_mutex_);
    ending_ = true;
  }
  if (stream_open_.exchange(false)) worker_->shared->streams.fetch_sub(1);
  boost::asio::post(worker_->io, [self = shared_from_this()] { self->flush_stream(); });
}

}  // namespace tracseq::http
