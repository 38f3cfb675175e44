// Reads frames from a byte stream, for as long as it gives good ones.
//
// Thread: the one that runs the stream's io_context.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/net/byte_stream.hpp"
#include "trunkline/wire/frame_splitter.hpp"

namespace trunkline::relay {

class FrameReader {
 public:
  struct Handlers {
    // Valid during the call. May stop() this reader, not destroy it.
    std::function<void(wire::FrameView)> on_frame;
    // All frames of one read were given out. May stop() this reader, not destroy it.
    std::function<void()> on_batch;
    // Once, the last call: the stream ended (Closed), broke (Io), is no stream of frames (Protocol), or what stop()
    // said. May destroy reader and stream.
    std::function<void(Error)> on_end;
  };

  // The stream outlives the reader. `room` bytes for one read.
  FrameReader(net::ByteStream& stream, std::size_t room, Handlers handlers);

  void start();
  // No frame is given out any more; on_end follows with this error. Only from on_frame and on_batch.
  void stop(Error error) { stopped_ = std::move(error); }
  void set_room(std::size_t room);  // from the next read on

  std::uint64_t unknown_frames() const noexcept { return splitter_.unknown_frames(); }

 private:
  void read();
  void on_read(net::error_code error, std::size_t bytes);

  net::ByteStream& stream_;
  std::size_t room_;
  Handlers handlers_;
  wire::FrameSplitter splitter_;
  std::vector<std::uint64_t> buffer_;  // of words, for alignment
  std::size_t offset_ = 0;  // of the next byte within a word, so that frames are read where they can be viewed
  std::optional<Error> stopped_;
};

}  // namespace trunkline::relay
