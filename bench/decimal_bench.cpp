// Decimal text as venues send it, to a fixed-point integer. Anchors: the loop that anyone writes first, and strtod. The
// target, 10 ns where that loop takes 11.4, is kept as a ratio, for machines differ.
#include <cstdlib>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/core/decimal.hpp"

namespace {

using namespace trunkline;

struct Texts {
  std::string bytes;  // quoted and separated as in a message
  std::vector<std::pair<std::size_t, std::size_t>> places;
};

// `pad`: Binance spot's style, always eight decimals; else the shortest text, as on its futures.
Texts make_texts(bool pad) {
  std::mt19937_64 random(1);
  Texts texts;
  for (int i = 0; i < 4096; ++i) {
    const bool price = i % 2 == 0;
    const auto raw = static_cast<std::int64_t>(price ? 6'000'000 + random() % 500'000 : random() % 10'000'000);
    const std::string text = Price::from_raw(raw * (price ? 1'000'000 : 10'000)).to_text(pad ? 8 : 0);
    texts.places.emplace_back(texts.bytes.size() + 1, text.size());
    texts.bytes += '"' + text + "\",";
  }
  texts.bytes += "]]}";
  return texts;
}

constexpr int passes = 50;

// The median pass counts: one that the scheduler interrupts would outweigh all others.
template <class Parse>
double measure(const Texts& texts, Parse parse) {
  std::vector<double> taken;
  for (int pass = 0; pass < passes; ++pass) {
    taken.push_back(bench::ns_each(texts.places.size(), [&] {
      for (const auto& [at, size] : texts.places) bench::keep(parse(texts.bytes.data() + at, size));
    }));
  }
  return bench::median(std::move(taken));
}

std::int64_t naive(const char* text, std::size_t size) {
  std::int64_t value = 0;
  int decimals = -1;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '.') {
      decimals = 0;
    } else {
      value = value * 10 + (text[i] - '0');
      if (decimals >= 0) ++decimals;
    }
  }
  for (int i = decimals < 0 ? 0 : decimals; i < 8; ++i) value *= 10;
  return value;
}

}  // namespace

int main() {
  for (const bool pad : {true, false}) {
    const Texts texts = make_texts(pad);
    const char* const end = texts.bytes.data() + texts.bytes.size();
    const auto scan = [&] {
      return measure(texts, [&](const char* text, std::size_t) {
        Price price;
        Price::scan(text, end, price);
        return price.raw();
      });
    };
    const std::string style = pad ? "decimal_padded" : "decimal_short";
    bench::compare({style, "naive_loop", "ns", bench::Target::ratio_at_most(10 / 11.4)}, scan,
                   [&] { return measure(texts, naive); });
    bench::compare({style + "_vs_strtod", "strtod", "ns"}, scan, [&] {
      return measure(texts, [](const char* text, std::size_t) { return std::strtod(text, nullptr); });
    });
  }
}
