#!/usr/bin/env python3
"""Reads Verilog with slang, a third and strict front end beside Verilator and Icarus. Prints nothing if all is well.

    .venv/bin/python scripts/slang.py --top MODULE [-G NAME=VALUE] FILE...

The arguments are those of slang. It reads Verilog-2005, and every warning that slang has is an error, with these exceptions:

- Unused names. Verilator checks this already; a name that begins with "unused" tells it what is meant.
- SignConversion. A part select of a signed vector is unsigned, so every signed value cut out of a bus would count.
- ArithOpMismatch where both sides are signed, or both unsigned: two widths, which Verilator checks. Where one side is signed it
  stays an error, because Verilog then takes that side as unsigned too, and no other tool says so.
"""

import shlex
import sys

from pyslang import DiagnosticEngine, DiagnosticSeverity
from pyslang.driver import Driver

OPTIONS = [
    *("--std", "1364-2005", "-Wpedantic", "-Weverything"),
    *("-Wno-unused", "-Wno-unused-def", "-Wno-sign-conversion"),
]

def ignored(diagnostic, engine):
    if engine.getSeverity(diagnostic.code, diagnostic.location) == DiagnosticSeverity.Ignored:
        return True
    signed = ["signed" in str(side) for side in diagnostic.args[-2:]]
    return "ArithOpMismatch" in str(diagnostic.code) and signed[0] == signed[1]


def main(arguments):
    driver = Driver()
    driver.addStandardArgs()
    if not driver.parseCommandLine(shlex.join(["slang", *OPTIONS, *arguments])) or not driver.processOptions():
        return 2
    driver.parseAllSources()
    compilation = driver.createCompilation()
    diagnostics = list(compilation.getAllDiagnostics())
    if not any(diagnostic.isError() for diagnostic in diagnostics):
        diagnostics += driver.runAnalysis(compilation).getDiagnostics()
    found = [diagnostic for diagnostic in diagnostics if not ignored(diagnostic, driver.diagEngine)]
    if found:
        print(DiagnosticEngine.reportAll(driver.sourceManager, found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
