// trunkline tail: prints the stream of a running hub or relay.
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <unordered_map>

#include "apps/command.hpp"
#include "trunkline/relay/relay_client.hpp"
#include "trunkline/wire/json.hpp"
#include "trunkline/wire/line.hpp"

namespace trunkline::apps {
namespace {

struct Options {
  std::vector<std::string> symbols;
  std::vector<std::string> types;
  bool json = false;
  std::uint64_t count = 0;
  std::string socket;
  SettingsOptions settings;
};

Result<relay::ChannelMask> channels_of(const std::vector<std::string>& names) {
  if (names.empty()) return relay::all_channels;
  relay::ChannelMask channels = relay::always_told;
  for (const std::string& name : names) {
    unsigned number = 1;
    while (number < 63 && wire::to_text(wire::MessageType{static_cast<std::uint8_t>(number)}) != name) ++number;
    if (number == 63) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("--type {}: there is no such message; docs/wire-protocol.md lists them", excerpt(name)));
    }
    channels |= relay::channel(wire::MessageType{static_cast<std::uint8_t>(number)});
  }
  return channels;
}

class Printer {
 public:
  explicit Printer(bool json) : json_(json) {}

  void print(wire::FrameView frame) {
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) names_[mapping->symbol] = wire::text(*mapping);
    if (json_) {
      buffer_.clear();
      if (!wire::to_json(frame, buffer_)) return;
      buffer_.push_back('\n');
      std::fwrite(buffer_.data(), 1, buffer_.size(), stdout);
    } else {
      const auto name = names_.find(frame.stamp().symbol);
      const std::string line = wire::to_line(frame, name == names_.end() ? "" : name->second);
      std::fwrite(line.data(), 1, line.size(), stdout);
      std::fputc('\n', stdout);
    }
    ++printed_;
  }
  std::uint64_t printed() const noexcept { return printed_; }

 private:
  bool json_;
  std::uint64_t printed_ = 0;
  fmt::memory_buffer buffer_;
  std::unordered_map<SymbolHash, std::string> names_;
};

int run(Options& options) {
  if (!options.socket.empty()) options.settings.command_line.emplace_back("relay.socket", options.socket);
  const auto settings = options.settings.load();
  if (!settings) return 2;
  const auto symbols = parse_symbols(options.symbols);
  if (!symbols) return complain(symbols.error());
  const auto channels = channels_of(options.types);
  if (!channels) return complain(channels.error());
  relay::RelayClientConfig config{.socket = settings->relay_socket, .channels = *channels};
  for (const SymbolDescriptor& symbol : *symbols) config.symbols.push_back(symbol.hash());

  net::asio::io_context io{1};
  net::asio::signal_set signals(io, SIGINT, SIGTERM);
  signals.async_wait([&](const net::error_code&, int) { io.stop(); });
  Printer printer(options.json);
  relay::RelayClient::Handlers handlers;
  handlers.on_frame = [&](wire::FrameView frame) {
    if (options.count != 0 && printer.printed() >= options.count) return;
    printer.print(frame);
  };
  handlers.on_batch = [&] {
    // Whoever reads our output is gone, or has had enough.
    if (std::fflush(stdout) != 0 || (options.count != 0 && printer.printed() >= options.count)) io.stop();
  };
  handlers.on_disconnected = [&](std::string_view reason) {
    fmt::print(stderr, "trunkline tail: {}: {}; trying again (is a hub or relay running?)\n", settings->relay_socket,
               reason);
  };
  const relay::RelayClient client(io, std::move(config), std::move(handlers), nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  io.run();
  return 0;
}

}  // namespace

void add_tail(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("tail", "print the stream of a running hub or relay");
  auto options = std::make_shared<Options>();
  command->add_option("symbols", options->symbols, "such as binance:BTC-USDT; none: all");
  command->add_flag("--json", options->json, "one JSON object a line");
  command->add_option("--type", options->types, "only these messages, such as Trade,BookStatus")->delimiter(',');
  command->add_option("--count", options->count, "end after so many");
  command->add_option("--socket", options->socket, "the relay's socket")->type_name("PATH");
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
