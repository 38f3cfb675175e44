#include "trunkline/connector/connector_factory.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "trunkline/connector/connector_stream.hpp"
#include "trunkline/connector/stubbed_connector.hpp"

namespace trunkline::connector {
namespace {

Result<std::shared_ptr<IExchangeConnector>> make_stub(const ConnectorRequest& request) {
  auto stream = std::make_shared<ConnectorStream>(ConnectorStreamConfig{.exchange = request.exchange,
                                                                        .name = request.name,
                                                                        .ring = request.ring,
                                                                        .log = request.log,
                                                                        .poll_interval = request.poll_interval},
                                                  std::make_unique<StubbedConnector>());
  if (request.log != nullptr)
    request.log->write({Severity::Warning, "connector_stubbed", stream->name(), {}, {{"data", "made up"}}});
  for (const SymbolDescriptor& symbol : request.symbols) {
    if (auto asked = stream->subscribe(symbol, request.channels); !asked) return std::unexpected(asked.error());
  }
  return stream;
}

}  // namespace

ConnectorFactory::ConnectorFactory() {
  makers_.emplace("stub", make_stub);
}

ConnectorFactory& ConnectorFactory::instance() {
  static ConnectorFactory factory;
  return factory;
}

Result<void> ConnectorFactory::register_connector(std::string kind, Make make) {
  const std::lock_guard lock(mutex_);
  if (!makers_.try_emplace(kind, std::move(make)).second)
    return fail(ErrorCode::AlreadyExists, fmt::format("there is a kind of connector \"{}\" already", excerpt(kind)));
  return {};
}

Result<std::shared_ptr<IExchangeConnector>> ConnectorFactory::create(std::string_view kind,
                                                                     const ConnectorRequest& request) const {
  Make make;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = makers_.find(kind); found != makers_.end()) make = found->second;
  }
  if (!make)
    return fail(ErrorCode::NotFound, fmt::format("there is no kind of connector \"{}\"; there are {}", excerpt(kind),
                                                 fmt::join(kinds(), ", ")));
  return make(request);
}

std::vector<std::string> ConnectorFactory::kinds() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> kinds;
  for (const auto& [kind, make] : makers_) kinds.push_back(kind);
  return kinds;
}

bool ConnectorFactory::has(std::string_view kind) const {
  const std::lock_guard lock(mutex_);
  return makers_.contains(kind);
}

}  // namespace trunkline::connector
