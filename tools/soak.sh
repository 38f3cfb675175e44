#!/bin/sh
# The long campaigns. usage: tools/soak.sh BUILD MINUTES
set -eu
build=$1 minutes=$2
echo "== bus stress: one writer, eight readers, 400 million frames"
TRUNKLINE_STRESS_FRAMES=400000000 "$build/tests/test_bus" --gtest_filter='*Stress*'
echo "== hub at full sandbox rate for $minutes minutes: memory must stay flat"
python3 tools/soak_memory.py "$build/trunkline" "$minutes"
echo "== hubs under the thread sanitizer"
./dev tsan hub integration paper
echo "== orders: faults and kills by chance, 200 rounds"
TRUNKLINE_CAMPAIGN_ROUNDS=200 TRUNKLINE_CAMPAIGN_SEED="$(date +%s)" "$build/tests/test_orders" --gtest_filter='OrderCampaign.SeveralFaultsAndAKillAtAnyTime'
