#include "trunkline/relay/frame_reader.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

namespace trunkline::relay {

FrameReader::FrameReader(net::ByteStream& stream, std::size_t room, Handlers handlers)
    : stream_(stream), room_(room), handlers_(std::move(handlers)) {}

void FrameReader::start() {
  read();
}

void FrameReader::set_room(std::size_t room) {
  room_ = room;
}

void FrameReader::read() {
  if (buffer_.size() * sizeof(std::uint64_t) < room_ + sizeof(std::uint64_t)) {
    buffer_.resize(room_ / sizeof(std::uint64_t) + 1);
  }
  const auto bytes = std::as_writable_bytes(std::span(buffer_)).subspan(offset_, room_);
  stream_.read_some({reinterpret_cast<char*>(bytes.data()), bytes.size()},
                    [this](net::error_code error, std::size_t read) { on_read(error, read); });
}

void FrameReader::on_read(net::error_code error, std::size_t bytes) {
  if (error) {
    const bool closed = error == boost::asio::error::eof;
    stopped_ = closed ? Error{ErrorCode::Closed, "the peer has closed"} : Error{ErrorCode::Io, error.message()};
  } else {
    const auto chunk = std::as_bytes(std::span(buffer_)).subspan(offset_, bytes);
    offset_ = (offset_ + bytes) % sizeof(std::uint64_t);
    const auto fed = splitter_.feed(chunk, [this](wire::FrameView frame) {
      if (!stopped_) handlers_.on_frame(frame);
    });
    if (!stopped_ && handlers_.on_batch) handlers_.on_batch();
    if (!fed && !stopped_) {
      stopped_ = Error{ErrorCode::Protocol, fmt::format("no stream of frames: {} after {} frames",
                                                        fed.error().message(), splitter_.frames())};
    }
  }
  if (stopped_) {
    const auto end = std::move(handlers_.on_end);
    return end(*std::exchange(stopped_, std::nullopt));
  }
  read();
}

}  // namespace trunkline::relay
