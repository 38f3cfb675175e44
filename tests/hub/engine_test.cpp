#include "trunkline/hub/engine.hpp"

#include <gtest/gtest.h>
#include <string>

namespace trunkline::hub {
namespace {

class Part final : public ISubsystem {
 public:
  Part(std::string name, std::vector<std::string>& order) : name_(std::move(name)), order_(order) {}
  void start() override { order_.push_back("start " + name_); }
  void stop() override { order_.push_back("stop " + name_); }

 private:
  std::string name_;
  std::vector<std::string>& order_;
};

TEST(Engine, StartsListenersFirstAndStopsThemLast) {
  std::vector<std::string> order;
  std::vector<std::unique_ptr<ISubsystem>> parts;
  parts.push_back(std::make_unique<Part>("a", order));
  parts.push_back(std::make_unique<Part>("b", order));
  Engine engine(std::move(parts), {});
  engine.start();
  engine.start();
  EXPECT_TRUE(engine.running());
  engine.stop();
  engine.stop();
  EXPECT_EQ(order, (std::vector<std::string>{"start a", "start b", "stop b", "stop a"}));
}

}  // namespace
}  // namespace trunkline::hub
