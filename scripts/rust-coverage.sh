#!/usr/bin/env bash
# Line coverage of the Rust sources by the tests, file by file.
#
#   scripts/rust-coverage.sh             by all tests
#   scripts/rust-coverage.sh --lib       by some of them: arguments of `cargo test`
#
# Only this crate is instrumented: a wrapper around rustc that cargo uses for members of the workspace leaves the dependencies as they
# are, which take ten minutes to build. Only LLVM's tools of the compiler's own version can read what the compiler counts; Debian
# has them as llvm-NN.
set -euo pipefail
cd "$(dirname "$0")/.."

version=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
if ! command -v "llvm-cov-$version" >/dev/null; then
    echo "rust-coverage: there is no llvm-cov-$version: apt-get install llvm-$version" >&2
    exit 1
fi

folder=$PWD/target/rust-coverage
rm -rf "$folder"
mkdir -p "$folder"
printf '#!/bin/sh\nexec "$@" -C instrument-coverage\n' >"$folder/rustc"
chmod +x "$folder/rustc"
export RUSTC_WORKSPACE_WRAPPER=$folder/rustc
# The processes of a test binary, hundreds with those that tests start, share four files.
export LLVM_PROFILE_FILE=$folder/%4m.profraw

[ $# -gt 0 ] || set -- --lib --bins --tests
cargo test --release --locked "$@" --no-run --message-format=json |
    sed -n 's/.*"executable":"\([^"]*\)".*/\1/p' >"$folder/executables"
# Tests start this one; the lines that it runs count.
program=target/release/volley
built=$(sha256sum "$program" 2>/dev/null || true)
cargo test --release --locked --no-fail-fast "$@"
if [ "$(sha256sum "$program" 2>/dev/null || true)" != "$built" ]; then
    echo "rust-coverage: $program was built anew meanwhile, so that its lines were not counted; run this again, alone" >&2
    exit 1
fi

"llvm-profdata-$version" merge -sparse "$folder"/*.profraw -o "$folder/profile"
mapfile -t executables <"$folder/executables"
objects=()
for executable in "${executables[@]}"; do
    objects+=(-object "$executable")
done
"llvm-cov-$version" report "${objects[@]}" -instr-profile="$folder/profile" --show-region-summary=false \
    --show-branch-summary=false --ignore-filename-regex='/tests\.rs$' --sources src | tee "$folder/report.txt"
