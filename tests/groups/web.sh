#!/bin/sh
# The dashboard: types and unit tests.
set -eu
(cd clients/web && npm run --silent typecheck && npm test --silent)
