#!/usr/bin/env bash
# Runs a command and says how long it took.
#
#   scripts/step.sh NAME COMMAND...
name=$1
shift
start=$(date +%s)
"$@"
status=$?
echo "$name: $(($(date +%s) - start)) s" >&2
exit $status
