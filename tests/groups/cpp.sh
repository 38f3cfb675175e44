#!/bin/sh
# The C++ tests. Data beside the checkout (TRUNKLINE_SHARED, or ../shared) serves the tests on real captures.
set -eu
ctest --test-dir "$1" --output-on-failure -j2 -E "^conformance$"
