#include "trunkline/hub/control.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/crypto.h>
#include <sys/random.h>
#include <unistd.h>

#include "trunkline/hub/secret_file.hpp"

namespace trunkline::hub {
namespace {

using nlohmann::json;

constexpr std::size_t token_bytes = 32;
constexpr std::string_view connectors_path = "/control/connectors";
constexpr std::string_view subscriptions_path = "/control/subscriptions";

net::HttpResponse reply(int status, const json& body) {
  return {.status = status, .body = body.dump(-1, ' ', false, json::error_handler_t::replace) + "\n"};
}

net::HttpResponse problem(const Error& error) {
  switch (error.code) {
    case ErrorCode::NotFound:
      return reply(404, {{"error", error.message}});
    case ErrorCode::AlreadyExists:
      return reply(409, {{"error", error.message}});
    default:
      return reply(400, {{"error", error.message}});
  }
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

Result<std::string> text_of(const json& body, const char* key) {
  const auto found = body.find(key);
  if (found == body.end() || !found->is_string()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("the body must be JSON with a text \"{}\"", key));
  }
  return found->get<std::string>();
}

std::string fresh_token() {
  unsigned char bytes[token_bytes];
  // The kernel's: a hub without TLS need not touch libcrypto's pages for this.
  if (::getrandom(bytes, sizeof bytes, 0) != static_cast<ssize_t>(sizeof bytes)) return {};
  std::string token;
  for (const unsigned char byte : bytes) token += fmt::format("{:02x}", byte);
  return token;
}

class File {
 public:
  explicit File(int descriptor) noexcept : descriptor_(descriptor) {}
  ~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

std::unexpected<Error> file_problem(const std::string& file, std::string_view what) {
  return fail(ErrorCode::Io, fmt::format("control token file {}: {}", excerpt(file, 256), what));
}

}  // namespace

bool is_loopback(std::string_view address) {
  return address.starts_with("127.") || address.starts_with("localhost:") || address.starts_with("[::1]:");
}

Result<std::string> control_token(const std::string& file) {
  if (const char* token = std::getenv("TRUNKLINE_CONTROL_TOKEN"); token != nullptr && *token != 0) return token;
  if (const File made(::open(file.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW, 0600));
      made.descriptor() >= 0) {
    const std::string token = fresh_token();
    const std::string line = token + "\n";
    if (token.empty() || ::write(made.descriptor(), line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
      return file_problem(file, "cannot be written");
    }
    return token;
  } else if (errno != EEXIST) {
    return file_problem(file, std::strerror(errno));
  }
  auto read = read_secret_file(file);
  if (!read) return file_problem(file, read.error().message);
  std::string token = *std::move(read);
  while (!token.empty() && (token.back() == '\n' || token.back() == ' ')) token.pop_back();
  if (token.size() < 16) return file_problem(file, "holds no token of 16 characters or more");
  return token;
}

bool carries_token(const net::HttpRequest& request, std::string_view token) {
  constexpr std::string_view scheme = "Bearer ";
  const std::string_view given = request.headers.get("Authorization");
  return given.starts_with(scheme) && equal_secrets(given.substr(scheme.size()), token);
}

net::HttpResponse unauthorized() {
  auto refused = reply(401, {{"error", "the control token is missing or wrong"}});
  refused.headers.add("WWW-Authenticate", "Bearer");
  return refused;
}

net::HttpResponse Control::answer(const net::HttpRequest& request) {
  if (!carries_token(request, token_)) return unauthorized();
  if (request.path == connectors_path || request.path.starts_with(std::string(connectors_path) + "/")) {
    return connectors(request);
  }
  if (request.path == subscriptions_path) return subscriptions(request);
  return reply(404, {{"error", "there are /control/connectors and /control/subscriptions"}});
}

net::HttpResponse Control::connectors(const net::HttpRequest& request) {
  if (request.method == "GET") {
    json list = json::array();
    for (const ConnectionReport& report : hub_.connection_status()) {
      list.push_back({{"name", report.connector},
                      {"exchange", report.exchange},
                      {"connected", report.connected},
                      {"messages", report.messages},
                      {"reconnects", report.reconnects},
                      {"frames", report.frames}});
    }
    return reply(200, {{"connectors", list}});
  }
  if (request.method == "POST") {
    const auto exchange = text_of(json::parse(request.body, nullptr, false), "exchange");
    if (!exchange) return problem(exchange.error());
    if (auto done = connect_(*exchange); !done) return problem(done.error());
    return reply(201, {{"connected", *exchange}});
  }
  if (request.method == "DELETE" && request.path.size() > connectors_path.size() + 1) {
    const std::string name(std::string_view(request.path).substr(connectors_path.size() + 1));
    if (auto done = hub_.disconnect(name); !done) return problem(done.error());
    return reply(200, {{"disconnected", name}});
  }
  return reply(405, {{"error", "GET, POST, or DELETE with a name"}});
}

net::HttpResponse Control::subscriptions(const net::HttpRequest& request) {
  if (request.method != "POST" && request.method != "DELETE") return reply(405, {{"error", "POST or DELETE"}});
  const json body = json::parse(request.body, nullptr, false);
  const auto text = text_of(body, "symbol");
  if (!text) return problem(text.error());
  const auto symbol = SymbolDescriptor::parse(*text);
  if (!symbol) return problem(symbol.error());
  venue::Channels channels = venue::default_channels;
  if (body.contains("channels")) {
    const auto words = text_of(body, "channels");
    if (!words) return problem(words.error());
    const auto parsed = parse_channels(*words);
    if (!parsed) return problem(parsed.error());
    channels = *parsed;
  }
  const bool subscribe = request.method == "POST";
  const auto done =
      subscribe ? hub_.subscribe_market_data(*symbol, channels) : hub_.unsubscribe_market_data(*symbol, channels);
  if (!done) return problem(done.error());
  return reply(202, {{subscribe ? "subscribed" : "unsubscribed", *text}});
}

}  // namespace trunkline::hub
