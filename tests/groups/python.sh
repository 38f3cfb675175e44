#!/bin/sh
# The Python client: standard library only, golden frames shared with the other codecs.
set -eu
cd clients/python && python3 -m unittest discover -s tests
