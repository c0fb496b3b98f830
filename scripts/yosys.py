"""yosys as a command, from the native library that the package pyosys brings.

scripts/install-tools.sh puts this file into .venv/bin as `yosys`. Of yosys' flags it knows those that the project uses:
  -V            print the version
  -q            print warnings and errors only
  -s FILE       run the commands of a script
  -p COMMANDS   run commands separated by semicolons
"""

import argparse
import importlib.metadata
import os
import sys
import tempfile


def main():
    parser = argparse.ArgumentParser(prog="yosys")
    parser.add_argument("-V", dest="version", action="store_true")
    parser.add_argument("-q", dest="quiet", action="store_true")
    parser.add_argument("-s", dest="script")
    parser.add_argument("-p", dest="commands")
    args = parser.parse_args()
    if args.version:
        print(f"Yosys {importlib.metadata.version('pyosys')} (pyosys)")
        return 0
    if not args.script and not args.commands:
        parser.error("give -s or -p")
    with tempfile.TemporaryDirectory() as folder:
        if args.commands:
            args.script = os.path.join(folder, "script")
            with open(args.script, "w", encoding="utf-8") as script:
                script.write(args.commands.replace(";", "\n"))
        log = os.path.join(folder, "log")
        # The library ends the process on an error, without a message if it was quiet. So it runs in a child process, and
        # the messages are taken from its log.
        child = os.fork()
        if child == 0:
            if args.quiet:
                os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            run(f"tee -q -o {log} script {args.script}" if args.quiet else f"script {args.script}")
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if args.quiet:
            with open(log, encoding="utf-8", errors="replace") as lines:
                sys.stderr.writelines(line for line in lines if line.startswith(("Warning:", "ERROR:")))
    return os.waitstatus_to_exitcode(status)


def run(command):
    from pyosys import libyosys

    libyosys.run_pass(command, libyosys.Design())


if __name__ == "__main__":
    sys.exit(main())
