#!/usr/bin/env bash
# Runs every fuzz target, or those that are named, for VOLLEY_FUZZ_SECONDS each, and prints what was done and found.
# New inputs gather in fuzz/found and findings in fuzz/artifacts; docs/hostile-input.md says what to do with one.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${VOLLEY_FUZZ_SECONDS:-600}
cargo fuzz --version >/dev/null 2>&1 || { echo "fuzz: install cargo-fuzz first (cargo install cargo-fuzz --locked)" >&2; exit 1; }
# Without a sanitizer, which needs a nightly compiler: the readers are safe Rust. Overflows and debug assertions are findings.
# RUSTC_BOOTSTRAP for the instrumentation's flags on a stable compiler.
RUSTC_BOOTSTRAP=1 cargo fuzz build -O -a --sanitizer none
host=$(rustc -vV | sed -n 's/^host: //p')
mapfile -t targets < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else cargo fuzz list; fi)

table="target executions seconds exec/s findings"
failed=0
for target in "${targets[@]}"; do
    mkdir -p "fuzz/found/$target" "fuzz/artifacts/$target"
    log=fuzz/artifacts/$target.log
    echo "fuzz: $target, $seconds s" >&2
    start=$(date +%s)
    "fuzz/target/$host/release/$target" "fuzz/found/$target" "fuzz/corpus/$target" \
        -dict=fuzz/words.dict -artifact_prefix="fuzz/artifacts/$target/" -max_total_time="$seconds" -max_len=16384 -timeout=10 \
        -rss_limit_mb=4096 -print_final_stats=1 >"$log" 2>&1 || { failed=1; grep -a -m1 -A3 'panicked at\|ERROR: libFuzzer' "$log" >&2 || true; }
    took=$(($(date +%s) - start))
    # Without the final statistics of a run that a finding ended, the last line that counts.
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    [ -n "$runs" ] || runs=$(sed -n 's/^#\([0-9]*\).*/\1/p' "$log" | tail -n 1)
    findings=$(find "fuzz/artifacts/$target" -type f | wc -l)
    table+=$'\n'"$target ${runs:-0} $took $((${runs:-0} / (took > 0 ? took : 1))) $findings"
done
echo "$table" | column -t
exit $failed
