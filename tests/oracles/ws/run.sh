#!/bin/sh
# The WebSocket codec against npm `ws`, as client and as server, and Debian's Chromium. usage: run.sh [BUILD]
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
build=${1:-build/dev}
[ -d tests/oracles/node_modules/ws ] && [ -d tests/oracles/node_modules/playwright-core ] ||
  (cd tests/oracles && npm ci --no-audit --no-fund --loglevel=error)
[ -x "${CHROMIUM:-/usr/bin/chromium}" ] || { echo "ws: chromium is not there: apt-get install chromium" >&2; exit 1; }
[ -e "$build/libtrunkline_protocol.a" ] || { echo "ws: no library in $build: build it first" >&2; exit 1; }
"${CXX:-g++}" -std=c++23 -O1 -Wall -Wextra -I. tests/oracles/ws/echo.cpp -o "$build/ws_echo" \
  "$build/libtrunkline_protocol.a" "$build/libtrunkline_core.a" -lfmt -lz -lcrypto -lsimdjson -lpthread
exec node tests/oracles/ws/interop.mjs "$build/ws_echo"
