"""Runs one of the cocotb modules beside this file on a design in Icarus.

    python run.py FOLDER TOP MODULE

FOLDER holds the design (*.v, *.mem) and case.json, which says what it must compute. The exit code tells the verdict.
"""

import sys
from pathlib import Path

from cocotb_tools.runner import get_results, get_runner


def main() -> int:
    folder, top, module = Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3]
    here = Path(__file__).resolve().parent
    runner = get_runner("icarus")
    runner.build(
        sources=sorted(folder.glob("*.v")),
        hdl_toplevel=top,
        build_dir=folder / "build",
        build_args=["-g2005"],
        timescale=("1ns", "1ps"),
    )
    results = runner.test(
        hdl_toplevel=top,
        test_module=module,
        # $readmemh looks for its files here.
        test_dir=folder,
        results_xml="results.xml",
        extra_env={"PYTHONPATH": str(here), "CASE": str(folder / "case.json"), "DOCUMENT": str(here / "../../../docs/host-protocol.md")},
    )
    tests, failed = get_results(results)
    print(f"{tests} tests, {failed} failed")
    return 0 if tests > 0 and failed == 0 else 1


sys.exit(main())
