// A part of an engine that has a life: started before data flows, stopped after it ends.
#pragma once

namespace trunkline::hub {

// start() and stop() come from one thread, in turn; after stop() returned, the subsystem touches nothing of its
// neighbours, and it can be started again.
class ISubsystem {
 public:
  virtual ~ISubsystem() = default;
  virtual void start() = 0;
  virtual void stop() = 0;
};

}  // namespace trunkline::hub
