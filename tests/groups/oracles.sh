#!/bin/sh
# Independent clients against our servers and codecs, and real servers as our clients.
set -eu
if ! cmp -s tests/oracles/package-lock.json tests/oracles/node_modules/.trunkline-lock 2>/dev/null; then
  (cd tests/oracles && npm ci --no-audit --no-fund --loglevel=error)
  cp tests/oracles/package-lock.json tests/oracles/node_modules/.trunkline-lock
fi
for oracle in tests/oracles/*/run.sh; do
  echo "-- $oracle"
  "$oracle" "$1"
done
