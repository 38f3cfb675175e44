#!/bin/sh
# The program as its users run it: real processes, killed, stopped and started again.
set -eu
export TEST_PROGRAM="$(cd "$1" && pwd)/trunkline"
export PYTHONPATH="$PWD/clients/python:$PWD/tests/system"
python3 -m unittest discover -s tests/system -p '*_test.py' -v
