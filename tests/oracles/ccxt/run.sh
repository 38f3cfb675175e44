#!/bin/sh
# ccxt (npm) as a client of `trunkline sandbox binance`. usage: run.sh BUILD
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${1:?usage: run.sh BUILD}/trunkline
[ -d "$here/../node_modules/ccxt" ] || (cd "$here/.." && npm ci --no-audit --no-fund --loglevel=error)
log=$(mktemp)
"$binary" sandbox binance --port 0 --symbols BTCUSDT,ETHUSDT --rate 200 --seed 1 >"$log" 2>&1 &
sandbox=$!
trap 'kill "$sandbox" 2>/dev/null || true; rm -f "$log"' EXIT INT TERM
port_of() { sed -n "s|^ *$1 *http://[^:]*:\([0-9]*\).*|\1|p" "$log" | head -1; }
tries=0
until [ -n "$(port_of control)" ]; do
  tries=$((tries + 1))
  if [ "$tries" -gt 100 ] || ! kill -0 "$sandbox" 2>/dev/null; then
    echo "ccxt: the sandbox did not start:" >&2
    cat "$log" >&2
    exit 1
  fi
  sleep 0.1
done
node "$here/check.mjs" "$(port_of spot)" "$(port_of usdm)"
node "$here/trade.mjs" "$(port_of spot)" "$(port_of usdm)"
