#!/usr/bin/env bash
# Checks the dependencies against deny.toml: licences, bans and sources in any case, known faults where their database can be fetched.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cargo deny --version >/dev/null 2>&1; then
    echo "deny: THE DEPENDENCIES ARE NOT CHECKED: install cargo-deny (cargo install cargo-deny --locked)" >&2
    # Where a machine must have it, this is an error.
    [ "${1:-}" != required ] || exit 1
    exit 0
fi

# A warning is an entry of deny.toml that is no longer needed.
cargo deny --locked --all-features check --deny warnings licenses bans sources
if cargo deny --locked fetch db >/dev/null 2>&1; then
    cargo deny --locked --all-features check --disable-fetch advisories
else
    echo "deny: KNOWN FAULTS ARE NOT CHECKED: the database of advisories (github.com/rustsec/advisory-db) cannot be fetched from here" >&2
fi
