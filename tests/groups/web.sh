#!/bin/sh
# The dashboard: types, unit tests, then a real browser against the real program.
set -eu
(cd clients/web && npm run --silent typecheck && npm test --silent)
node tests/browser/run.mjs "$1/trunkline"
