#!/bin/sh
# clang-tidy over the library, the sandboxes and the program.
set -eu
cd "$(dirname "$0")/.."
[ -f build/asan/compile_commands.json ] || cmake --preset asan >/dev/null
git ls-files 'trunkline/*.cpp' 'sandbox/*.cpp' 'apps/*.cpp' | grep -v -e 'trunkline/wire/messages' -e '_impl.cpp' |
  xargs -r -P 2 -n 4 clang-tidy-19 --quiet -p build/asan 2>/dev/null
