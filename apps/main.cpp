// The `trunkline` program: one subcommand a file beside this one.
#include "apps/command.hpp"

int main(int argc, char** argv) {
  using namespace trunkline::apps;
  CLI::App program{
      "Trunkline connects programs to exchanges: market data in, one normalised stream out.\n\n"
      "  trunkline run --sandbox                   everything on loopback, no network needed\n"
      "  trunkline run binance:BTC-USDT            live market data from Binance, no key needed\n"
      "  trunkline tail binance:BTC-USDT           watch the stream of a running hub\n"
      "  trunkline order buy binance:BTC-USDT 0.01 @ 60000   an order through a running hub\n"
      "  trunkline run --help                      options of a subcommand\n"};
  program.require_subcommand(1);
  program.set_version_flag("--version", TRUNKLINE_VERSION);
  program.failure_message(CLI::FailureMessage::help);
  int exit_code = 0;
  add_run(program, exit_code);
  add_collect(program, exit_code);
  add_relay(program, exit_code);
  add_bridge(program, exit_code);
  add_tail(program, exit_code);
  add_sandbox(program, exit_code);
  add_order(program, exit_code);
  add_ctl(program, exit_code);
  add_settings(program, exit_code);
  add_doctor(program, exit_code);
  CLI11_PARSE(program, argc, argv);
  return exit_code;
}
