#!/bin/sh
# The conformance list for every exchange, or those named behind the build folder. Most of its time is waiting for what
# only time shows, so exchanges run side by side.
set -eu
build="$1"; shift
program="$build/tests/test_conformance"
[ $# -gt 0 ] || set -- $("$program" --gtest_list_tests | sed -n 's/^  Holds.\([a-z_]*\)_01_.*/\1/p')
logs="$(mktemp -d)"
trap 'rm -rf "$logs"' EXIT
export GTEST_BRIEF=1 program logs
"$program" --gtest_filter='ConformanceTable.*'
printf '%s\n' "$@" | xargs -P 4 -I EXCHANGE sh -c '
  if "$program" --gtest_filter="Venues/*/EXCHANGE_??_*" >"$logs/EXCHANGE" 2>&1
  then echo "EXCHANGE: $(tail -2 "$logs/EXCHANGE" | tr "\n" " ")"
  else echo "EXCHANGE:"; cat "$logs/EXCHANGE"; exit 1; fi'
