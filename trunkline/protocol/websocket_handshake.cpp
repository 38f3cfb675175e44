#include "trunkline/protocol/websocket_handshake.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <random>
#include <vector>

namespace trunkline::protocol::websocket {

namespace {

template <std::size_t Size>
std::string base64(const std::array<unsigned char, Size>& bytes) {
  std::array<unsigned char, (Size + 2) / 3 * 4 + 1> text;
  const int length = EVP_EncodeBlock(text.data(), bytes.data(), static_cast<int>(Size));
  return {reinterpret_cast<const char*>(text.data()), static_cast<std::size_t>(length)};
}

struct Parameter {
  std::string name;
  std::optional<std::string> value;
};
struct Extension {
  std::string name;
  std::vector<Parameter> parameters;
};

// extension-list of RFC 6455, 9.1: token *( ";" token [ "=" ( token / quoted-string ) ] ), separated by commas.
class ExtensionReader {
 public:
  explicit ExtensionReader(std::string_view text) : text_(text) {}

  // Nothing where the list is malformed.
  std::optional<std::vector<Extension>> read() {
    std::vector<Extension> list;
    for (;;) {
      while (take(',')) {
      }
      if (at_end()) return list;
      Extension extension{token(), {}};
      if (extension.name.empty()) return std::nullopt;
      while (take(';')) {
        Parameter parameter{token(), std::nullopt};
        if (parameter.name.empty()) return std::nullopt;
        if (take('=')) {
          parameter.value = take('"') ? quoted() : token();
          if (parameter.value->empty()) return std::nullopt;
        }
        extension.parameters.push_back(std::move(parameter));
      }
      list.push_back(std::move(extension));
      if (!at_end() && !take(',')) return std::nullopt;
    }
  }

 private:
  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
  }
  bool at_end() {
    skip_space();
    return at_ == text_.size();
  }
  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  std::string token() {
    skip_space();
    std::string word;
    while (at_ < text_.size() && is_token(text_[at_])) word += text_[at_++];
    return word;
  }
  std::string quoted() {
    std::string word;
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && ++at_ == text_.size()) return {};
      word += text_[at_++];
    }
    if (at_ == text_.size()) return {};
    ++at_;
    return word;
  }
  static bool is_token(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

constexpr std::string_view extension_name = "permessage-deflate";

// The parameters of one permessage-deflate entry, as they stand there.
struct Terms {
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
  std::optional<int> server_max_window_bits;
  std::optional<int> client_max_window_bits;
  bool client_max_window_bits_open = false;  // named without a value: the other end may choose
};

std::optional<int> window_bits(const std::string& text) {
  if (text.size() == 1 && (text[0] == '8' || text[0] == '9')) return text[0] - '0';
  if (text.size() == 2 && text[0] == '1' && text[1] >= '0' && text[1] <= '5') return 10 + (text[1] - '0');
  return std::nullopt;
}

// RFC 7692, 7.1: nothing where a parameter is unknown, there twice, or has a value it must not have.
std::optional<Terms> read_terms(const Extension& extension) {
  Terms terms;
  for (const Parameter& parameter : extension.parameters) {
    if (parameter.name == "server_no_context_takeover" || parameter.name == "client_no_context_takeover") {
      bool& flag = parameter.name[0] == 's' ? terms.server_no_context_takeover : terms.client_no_context_takeover;
      if (parameter.value || flag) return std::nullopt;
      flag = true;
    } else if (parameter.name == "server_max_window_bits") {
      if (!parameter.value || terms.server_max_window_bits) return std::nullopt;
      terms.server_max_window_bits = window_bits(*parameter.value);
      if (!terms.server_max_window_bits) return std::nullopt;
    } else if (parameter.name == "client_max_window_bits") {
      if (terms.client_max_window_bits || terms.client_max_window_bits_open) return std::nullopt;
      if (!parameter.value) {
        terms.client_max_window_bits_open = true;
      } else {
        terms.client_max_window_bits = window_bits(*parameter.value);
        if (!terms.client_max_window_bits) return std::nullopt;
      }
    } else {
      return std::nullopt;
    }
  }
  return terms;
}

}  // namespace

std::string make_key() {
  std::random_device device;
  std::array<unsigned char, 16> bytes;
  for (unsigned char& byte : bytes) byte = static_cast<unsigned char>(device());
  return base64(bytes);
}

bool is_key(std::string_view key) {
  const auto is_base64 = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
  };
  return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, is_base64);
}

std::string accept_for(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base64(digest);
}

std::string deflate_offer(const DeflateWishes& wishes) {
  std::string text(extension_name);
  if (wishes.server_no_context_takeover) text += "; server_no_context_takeover";
  if (wishes.client_no_context_takeover) text += "; client_no_context_takeover";
  if (wishes.server_max_window_bits < 15)
    text += fmt::format("; server_max_window_bits={}", wishes.server_max_window_bits);
  text += "; client_max_window_bits";
  if (wishes.client_max_window_bits < 15) text += fmt::format("={}", wishes.client_max_window_bits);
  return text;
}

Result<std::optional<DeflateParameters>> read_deflate_answer(const DeflateWishes& offered, std::string_view header) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::Protocol,
                fmt::format("Sec-WebSocket-Extensions \"{}\" in the server's answer: {}", excerpt(header, 128), why));
  };
  const auto list = ExtensionReader(header).read();
  if (!list) return refuse("malformed");
  if (list->empty()) return std::nullopt;
  if (list->size() > 1 || list->front().name != extension_name) return refuse("not what was offered");
  const auto terms = read_terms(list->front());
  if (!terms || terms->client_max_window_bits_open) return refuse("a parameter that an answer must not have");
  if (terms->server_max_window_bits.value_or(0) > offered.server_max_window_bits) {
    return refuse("server_max_window_bits above the offer");
  }
  if (terms->client_max_window_bits.value_or(0) > offered.client_max_window_bits) {
    return refuse("client_max_window_bits above the offer");
  }
  // A server that passed over a wish of ours compresses as it likes, which we can read all the same.
  return DeflateParameters{terms->server_no_context_takeover,
                           terms->client_no_context_takeover || offered.client_no_context_takeover,
                           terms->server_max_window_bits.value_or(15),
                           terms->client_max_window_bits.value_or(offered.client_max_window_bits)};
}

std::optional<DeflateAnswer> answer_deflate_offer(const DeflateWishes& wishes, std::string_view header) {
  const auto list = ExtensionReader(header).read();
  if (!list) return std::nullopt;
  for (const Extension& extension : *list) {
    if (extension.name != extension_name) continue;
    const auto terms = read_terms(extension);
    if (!terms) continue;

    DeflateParameters agreed;
    agreed.server_no_context_takeover = terms->server_no_context_takeover || wishes.server_no_context_takeover;
    agreed.client_no_context_takeover = terms->client_no_context_takeover || wishes.client_no_context_takeover;
    agreed.server_window_bits = std::min(wishes.server_max_window_bits, terms->server_max_window_bits.value_or(15));
    // A client that does not name its window keeps 15 bits.
    const bool may_limit_client = terms->client_max_window_bits || terms->client_max_window_bits_open;
    agreed.client_window_bits =
        may_limit_client ? std::min(wishes.client_max_window_bits, terms->client_max_window_bits.value_or(15)) : 15;

    std::string text(extension_name);
    if (agreed.server_no_context_takeover) text += "; server_no_context_takeover";
    if (agreed.client_no_context_takeover) text += "; client_no_context_takeover";
    if (terms->server_max_window_bits || agreed.server_window_bits < 15) {
      text += fmt::format("; server_max_window_bits={}", agreed.server_window_bits);
    }
    if (may_limit_client && agreed.client_window_bits < 15) {
      text += fmt::format("; client_max_window_bits={}", agreed.client_window_bits);
    }
    return DeflateAnswer{agreed, text};
  }
  return std::nullopt;
}

}  // namespace trunkline::protocol::websocket
