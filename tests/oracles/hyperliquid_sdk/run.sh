#!/bin/sh
# Hyperliquid's own Python SDK (PyPI hyperliquid-python-sdk) trades at `trunkline sandbox hyperliquid`. usage: run.sh BUILD
set -eu
here=$(cd "$(dirname "$0")" && pwd)
binary=${1:?usage: run.sh BUILD}/trunkline
venv=$1/oracle-hyperliquid
if ! cmp -s "$here/requirements.txt" "$venv/.requirements" 2>/dev/null; then
  python3 -m venv "$venv" || { echo "hyperliquid: needs Debian's python3-venv" >&2; exit 1; }
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/.requirements"
fi
exec "$venv/bin/python" "$here/check.py" "$binary"
