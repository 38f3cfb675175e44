#!/bin/sh
# The dashboard in a real browser against the real program.
set -eu
node tests/browser/run.mjs "$1/trunkline"
