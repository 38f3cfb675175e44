#include "sandbox/binance/orders/rest_trading.hpp"

#include <fmt/format.h>

namespace trunkline::sandbox::binance {

void RestTrading::answer(const net::Responder& responder, Market market, std::uint64_t account,
                         const ApiResult<Json>& result) {
  net::HttpResponse response;
  if (result) {
    response.body = result->dump();
  } else {
    const ApiError& error = result.error();
    response.status = error.status;
    Json body{{"code", error.code}, {"msg", error.message}};
    if (!error.data.empty()) body["data"] = Json::parse(error.data);
    response.body = body.dump();
    if (error.retry_after_s > 0) response.headers.add("Retry-After", std::to_string(error.retry_after_s));
  }
  response.headers.add("X-MBX-USED-WEIGHT-1M", std::to_string(door_.used_weight(market)));
  const auto& windows = OrderLimits::windows(market);
  for (std::size_t i = 0; account != 0 && i < windows.size(); ++i)
    response.headers.add(fmt::format("X-MBX-ORDER-COUNT-{}", windows[i].header),
                         std::to_string(door_.limits().used(account, market, i, unix_now().count() / 1'000'000)));
  responder.respond(std::move(response));
}

bool RestTrading::handle(const net::HttpRequest& request, const net::Responder& responder) {
  const TradingApi::Operation* const operation = TradingApi::find_path(request.method, request.path);
  if (operation == nullptr || !exchange_.serves(operation->market)) return false;
  const Parameters parameters = Parameters::of_request(request);
  const std::string_view key = request.headers.get("X-MBX-APIKEY");
  const auto account = door_.authentication().check(
      operation->security, key.empty() ? std::nullopt : std::optional(key), parameters, signed_text(request));
  const std::uint64_t number = account && *account != nullptr ? (*account)->number : 0;
  const Market market = operation->market;
  door_.serve(
      *operation, account, parameters,
      {[this, responder, market, number](const ApiResult<Json>& result) { answer(responder, market, number, result); },
       [responder] { responder.reset(); }, [responder] { responder.abandon(); }, [responder] { responder.abandon(); }});
  return true;
}

}  // namespace trunkline::sandbox::binance
