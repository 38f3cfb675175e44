// Every benchmark here: subject and anchor measured in turn (A B A B ...), medians over the rounds, and one line:
//
//   bench name=hop subject=151.2 ns anchor=spsc anchor_value=140 ns ratio=1.080 spread=0.040 target<=1.15 met=yes
//
// ratio is the median of the rounds' own ratios, so that noise which lasts longer than a round cancels; spread is their
// interquartile range. TRUNKLINE_BENCH_ROUNDS sets the rounds, TRUNKLINE_BENCH_ONLY=text leaves out other names.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace trunkline::bench {

struct Target {
  enum class Of : std::uint8_t { None, RatioAtMost, RatioAtLeast, ValueAtMost, ValueAtLeast };
  Of of = Of::None;
  double limit = 0;

  static constexpr Target ratio_at_most(double limit) { return {Of::RatioAtMost, limit}; }
  static constexpr Target ratio_at_least(double limit) { return {Of::RatioAtLeast, limit}; }
  static constexpr Target value_at_most(double limit) { return {Of::ValueAtMost, limit}; }    // in the subject's unit
  static constexpr Target value_at_least(double limit) { return {Of::ValueAtLeast, limit}; }  // in the subject's unit
};

struct Comparison {
  std::string name;    // without blanks
  std::string anchor;  // what it is measured against, without blanks
  std::string unit;    // "ns", "M/s"
  Target target = {};
  int rounds = 9;  // at least five
};

struct Outcome {
  double subject = 0;
  double anchor = 0;
  double ratio = 0;
  double spread = 0;
  bool met = true;
};

// Makes the compiler believe that the value is used.
template <class T>
inline void keep(const T& value) noexcept {
  asm volatile("" : : "r,m"(value) : "memory");
}

// The value below which `part` (0 to 1) of the samples lie; reorders them.
inline double quantile(std::vector<double>& samples, double part) {
  if (samples.empty()) return 0;
  const auto at = static_cast<std::ptrdiff_t>(part * static_cast<double>(samples.size() - 1) + 0.5);
  std::nth_element(samples.begin(), samples.begin() + at, samples.end());
  return samples[static_cast<std::size_t>(at)];
}
inline double median(std::vector<double> samples) {
  return quantile(samples, 0.5);
}

// Nanoseconds that one of `count` repetitions takes; `work` does all of them.
template <class Work>
double ns_each(std::size_t count, Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
  return taken.count() / static_cast<double>(count);
}

inline bool wanted(std::string_view name) {
  const char* const only = std::getenv("TRUNKLINE_BENCH_ONLY");
  return only == nullptr || name.find(only) != std::string_view::npos;
}

inline void print(const Comparison& what, const Outcome& outcome) {
  std::printf("bench name=%s subject=%.4g %s anchor=%s anchor_value=%.4g %s ratio=%.3f spread=%.3f", what.name.c_str(),
              outcome.subject, what.unit.c_str(), what.anchor.c_str(), outcome.anchor, what.unit.c_str(), outcome.ratio,
              outcome.spread);
  const char* const met = outcome.met ? "yes" : "no";
  switch (what.target.of) {
    case Target::Of::None:
      std::printf("\n");
      break;
    case Target::Of::RatioAtMost:
      std::printf(" target<=%.4g met=%s\n", what.target.limit, met);
      break;
    case Target::Of::RatioAtLeast:
      std::printf(" target>=%.4g met=%s\n", what.target.limit, met);
      break;
    case Target::Of::ValueAtMost:
      std::printf(" target<=%.4g%s met=%s\n", what.target.limit, what.unit.c_str(), met);
      break;
    case Target::Of::ValueAtLeast:
      std::printf(" target>=%.4g%s met=%s\n", what.target.limit, what.unit.c_str(), met);
      break;
  }
  std::fflush(stdout);
}

// Each of `subject` and `anchor` measures once and returns its value in the unit. One unmeasured round comes first.
template <class Subject, class Anchor>
Outcome compare(Comparison what, Subject&& subject, Anchor&& anchor) {
  if (!wanted(what.name)) return {};
  if (const char* const rounds = std::getenv("TRUNKLINE_BENCH_ROUNDS")) what.rounds = std::atoi(rounds);
  what.rounds = std::max(what.rounds, 5);
  subject();
  anchor();
  std::vector<double> subjects, anchors, ratios;
  for (int round = 0; round < what.rounds; ++round) {
    subjects.push_back(subject());
    anchors.push_back(anchor());
    ratios.push_back(subjects.back() / anchors.back());
  }
  Outcome outcome;
  outcome.subject = median(subjects);
  outcome.anchor = median(anchors);
  outcome.ratio = median(ratios);
  outcome.spread = quantile(ratios, 0.75) - quantile(ratios, 0.25);
  switch (what.target.of) {
    case Target::Of::None:
      break;
    case Target::Of::RatioAtMost:
      outcome.met = outcome.ratio <= what.target.limit;
      break;
    case Target::Of::RatioAtLeast:
      outcome.met = outcome.ratio >= what.target.limit;
      break;
    case Target::Of::ValueAtMost:
      outcome.met = outcome.subject <= what.target.limit;
      break;
    case Target::Of::ValueAtLeast:
      outcome.met = outcome.subject >= what.target.limit;
      break;
  }
  print(what, outcome);
  return outcome;
}

}  // namespace trunkline::bench
