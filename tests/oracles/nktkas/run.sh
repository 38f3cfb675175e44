#!/bin/sh
# @nktkas/hyperliquid (npm): its signatures against ours, and its client against `trunkline sandbox hyperliquid`. It wants
# Node 22, which comes with it. usage: run.sh BUILD
set -eu
root=$(cd "$(dirname "$0")/../../.." && pwd)
cd "$root"
build=${1:?usage: run.sh BUILD}
here=tests/oracles/nktkas
if ! cmp -s "$here/package-lock.json" "$here/node_modules/.trunkline-lock" 2>/dev/null; then
  (cd "$here" && npm ci --no-audit --no-fund --loglevel=error)
  cp "$here/package-lock.json" "$here/node_modules/.trunkline-lock"
fi
node=$here/node_modules/.bin/node
"${CXX:-g++}" -std=c++23 -O1 -Wall -Wextra -I. "$here/sign.cpp" -o "$build/hyperliquid_sign" \
  "$build/libtrunkline_venue_hyperliquid.a" "$build/libtrunkline_protocol_signing.a" "$build/libtrunkline_core.a" \
  -lfmt -lcrypto -lsecp256k1 -lcryptopp
"$node" "$here/signatures.mjs" "$build/hyperliquid_sign"
log=$(mktemp)
"$build/trunkline" sandbox hyperliquid --port 0 --symbols BTC,ETH,HYPE/USDC --rate 200 --seed 1 >"$log" 2>&1 &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true; rm -f "$log"' EXIT INT TERM
port_of() { sed -n "s|^ *$1 *http://[^:]*:\([0-9]*\).*|\1|p" "$log" | head -1; }
tries=0
until [ -n "$(port_of control)" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ] || ! kill -0 "$sandbox" 2>/dev/null; then
    echo "nktkas: the Hyperliquid sandbox did not start:" >&2
    cat "$log" >&2
    exit 1
  fi
  sleep 0.1
done
"$node" "$here/market.mjs" "$(port_of control)"
