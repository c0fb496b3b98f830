#!/usr/bin/env bash
# Installs what Volley needs besides Rust. Says nothing and changes nothing if everything is there.
#
#   scripts/install-tools.sh             everything that `make test` uses
#   scripts/install-tools.sh simulator   only what `make demo` uses
set -euo pipefail
cd "$(dirname "$0")/.."

what=${1:-all}
case $what in
    all | simulator) ;;
    *) echo "usage: $0 [all|simulator]" >&2; exit 2 ;;
esac

have() { command -v "$1" >/dev/null 2>&1; }

if ! have cargo; then
    echo "install-tools: there is no cargo. Install Rust 1.94 or newer from https://rustup.rs" >&2
    exit 1
fi

# Debian package for each command that is missing.
packages=()
need() { have "$1" || packages+=("$2"); }
need verilator verilator # co-simulation, lint; 5.006 or newer
need g++ g++             # compiles the Verilated model, and the C++ parts of Rust crates
need make make           # builds the Verilated model
if [ "$what" = all ]; then
    need iverilog iverilog # the second simulator
    need yosys yosys       # synthesis; 0.23 is the oldest supported
    need tclsh tcl         # reads the constraint files for Vivado, and runs its scripts with stand-ins
    need python3 python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || packages+=(python3-venv)
fi

if [ ${#packages[@]} -gt 0 ]; then
    sudo=()
    [ "$(id -u)" = 0 ] || sudo=(sudo -n)
    by_hand() {
        echo "install-tools: $1. Install by hand: ${packages[*]} (names of the Debian packages)" >&2
        exit 1
    }
    have apt-get || by_hand "there is no apt-get here"
    [ ${#sudo[@]} -eq 0 ] || "${sudo[@]}" true 2>/dev/null || by_hand "this needs root or a sudo without password"
    echo "install-tools: apt-get install ${packages[*]}"
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    apt() { "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o Dpkg::Use-Pty=0 "$@"; }
    if ! { apt update && apt install -y --no-install-recommends "${packages[@]}"; } </dev/null >"$log" 2>&1; then
        tail -n 20 "$log" >&2
        by_hand "apt-get failed"
    fi
fi

[ "$what" = all ] || exit 0

# A virtual environment is made again when its requirements change.
#   stale FOLDER REQUIREMENTS
stale() { ! cmp -s "$2" "$1/installed-from"; }
#   venv FOLDER REQUIREMENTS
venv() {
    echo "install-tools: $1 from $2"
    rm -rf "$1"
    python3 -m venv "$1"
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input -r "$2" </dev/null
}
# The stamp is a copy of the requirements, written last: a broken install has none.
stamp() { cp "$2" "$1/installed-from"; }

if stale .venv scripts/requirements.txt; then
    venv .venv scripts/requirements.txt
    # The package brings a library only; this is its command. A first line that names .venv/bin/python would not work in a folder
    # with a space in its path.
    cp scripts/yosys.py .venv/bin/yosys.py
    printf '%s\n' '#!/bin/sh' 'bin=$(dirname "$(readlink -f "$0")")' 'exec "$bin/python" "$bin/yosys.py" "$@"' >.venv/bin/yosys
    chmod +x .venv/bin/yosys
    stamp .venv scripts/requirements.txt
fi
# By itself, since it brings fifty packages.
if stale .venv-snakemake scripts/requirements-snakemake.txt; then
    venv .venv-snakemake scripts/requirements-snakemake.txt
    stamp .venv-snakemake scripts/requirements-snakemake.txt
fi

# So that Volley finds them from every folder: the absolute path of the last clone in which they were installed.
record=${XDG_CONFIG_HOME:-${HOME:-}/.config}/volley/tools
if [ -n "${XDG_CONFIG_HOME:-}${HOME:-}" ] && [ "$(cat "$record" 2>/dev/null)" != "$PWD/.venv/bin" ]; then
    mkdir -p "$(dirname "$record")" && printf '%s\n' "$PWD/.venv/bin" >"$record" ||
        echo "install-tools: $record cannot be written; set VOLLEY_TOOLS=$PWD/.venv/bin" >&2
fi
