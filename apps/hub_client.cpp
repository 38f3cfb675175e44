#include "apps/hub_client.hpp"

#include <fmt/format.h>
#include <optional>

#include "trunkline/hub/control.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_client.hpp"

namespace trunkline::apps {

using Json = nlohmann::ordered_json;

Result<Json> HubClient::ask(const HubCall& call) const {
  if (!hub::is_loopback(address_)) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{}: control is for loopback alone", excerpt(address_)));
  }
  net::HttpClient::Request request{.method = call.method,
                                   .url = fmt::format("http://{}{}", address_, call.path),
                                   .body = call.body.is_null() ? std::string{} : call.body.dump()};
  if (!settings_.control_token_file.empty()) {
    const auto token = hub::control_token(settings_.control_token_file);
    if (!token) return std::unexpected(token.error());
    request.headers.add("Authorization", "Bearer " + *token);
  }
  net::asio::io_context io;
  net::HttpClient client(io);
  std::optional<Result<net::HttpClient::Reply>> reply;
  client.send(std::move(request), [&](Result<net::HttpClient::Reply> got) { reply.emplace(std::move(got)); });
  while (!reply) {
    io.restart();
    io.run_one();
  }
  if (!*reply) {
    return fail(ErrorCode::Unavailable, fmt::format("no hub at {}: {}; start one with `trunkline run --sandbox`",
                                                    address_, reply->error().message));
  }
  const net::HttpClient::Reply& got = **reply;
  Json body = Json::parse(got.body(), nullptr, false);
  if (got.status < 300 && !body.is_discarded()) return body;
  const bool says = body.is_object() && body.contains("error") && body["error"].is_string();
  return fail(got.status == 404 ? ErrorCode::NotFound : ErrorCode::InvalidArgument,
              says ? body["error"].get<std::string>()
                   : fmt::format("{} answered {}: {}", address_, got.status, excerpt(got.body())));
}

}  // namespace trunkline::apps
