#
# Runs the bench of $TOP: `sh run.sh icarus` or `sh run.sh verilator`, from any folder. Volley is not needed.
#
# Exits with 0 if every score is as expected, with 1 if not, and with 2 if it cannot tell. What is built goes to a temporary folder.

top=$TOP

cannot() {
    echo "run.sh: $1" >&2
    exit 2
}

case "$1" in
    icarus) tools="iverilog vvp" ;;
    verilator) tools="verilator make" ;;
    *) cannot "say which simulator: sh run.sh icarus, or sh run.sh verilator" ;;
esac
for tool in $tools; do
    command -v "$tool" > /dev/null || cannot "$tool is not installed, or not on the PATH"
done

folder=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd) || cannot "the core's folder cannot be read"
work=$(mktemp -d) || cannot "there is no space for temporary files"
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
cd "$work" || cannot "there is no temporary folder"
# From here on all paths are relative: Verilator takes none with a space.
ln -s "$folder" core
{ grep -v '^//' "core/$top.f"; echo "bench/${top}_tb.v"; } | sed 's,^,core/,' > files.f

case "$1" in
    icarus)
        iverilog -g2005 -s "${top}_tb" -P "${top}_tb.FOLDER=\"core\"" -o bench -f files.f > build.log 2>&1 &&
            vvp -n bench > said.log 2>&1
        ;;
    verilator)
        version=$(verilator --version | sed 's/^Verilator \([0-9]*\).*/\1/')
        [ "$version" -ge 5 ] 2> /dev/null || cannot "this needs Verilator 5 or newer: $(verilator --version)"
        case "$work" in
            *" "*) cannot "make cannot build in $work: set TMPDIR to a folder without a space in its path" ;;
        esac
        verilator --binary -Wno-fatal --top-module "${top}_tb" -GFOLDER='"core"' --Mdir obj -o bench -f files.f \
            -MAKEFLAGS "OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O0" > build.log 2>&1 &&
            obj/bench > said.log 2>&1
        ;;
esac

if grep '^PASS: ' said.log 2> /dev/null; then
    exit 0
fi
if grep '^FAIL: ' said.log 2> /dev/null; then
    exit 1
fi
cat build.log said.log 2> /dev/null
cannot "the simulation came to no verdict"
