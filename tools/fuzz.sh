#!/bin/sh
# Runs every fuzz target from its seed corpus; a whole venue or order gateway, which is no parser, a tenth as often. New inputs are not kept.
# TRUNKLINE_FUZZ_SEED makes the runs the same each time.
# usage: tools/fuzz.sh FOLDER RUNS NAME...
set -eu
folder=$1 runs=$2
shift 2
names=$*
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
run_one() {
  name=$(basename "$1" | sed 's/^fuzz_//')
  mkdir -p "$scratch/$name" "fuzz/corpus/$name"
  count=$runs
  case "$name" in *_venue | *_orders) count=$((runs / 10)) ;; esac
  if "$1" -runs="$count" ${TRUNKLINE_FUZZ_SEED:+-seed=$TRUNKLINE_FUZZ_SEED} -rss_limit_mb=4096 -timeout=10 -print_final_stats=1 \
      -artifact_prefix="build/fuzz/crash-$name-" "$scratch/$name" "fuzz/corpus/$name" >"$scratch/$name.log" 2>&1; then
    echo "fuzz $name: $(grep -o 'number_of_executed_units: .*' "$scratch/$name.log" | tr -s ' ') without a crash"
  else
    tail -40 "$scratch/$name.log"; echo "fuzz $name: FAILED"; return 1
  fi
}
failed=0; pids=""
for name in $names; do
  run_one "$folder/fuzz_$name" & pids="$pids $!"
  # Two at a time: one a core.
  set -- $pids
  if [ $# -ge 2 ]; then wait "$1" || failed=1; shift; pids="$*"; fi
done
for pid in $pids; do wait "$pid" || failed=1; done
exit $failed
