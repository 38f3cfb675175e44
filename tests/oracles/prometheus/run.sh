#!/bin/sh
# Debian's own Prometheus scrapes a running hub. usage: run.sh BUILD
set -eu
exec python3 "$(dirname "$0")/scrape.py" "$1/trunkline"
