#!/usr/bin/env bash
# Measures the integer model against the float ANN in ONNX Runtime and against the group-neuron network in PyTorch, on the
# same images and the same number of threads, all in turns.
#
#   benches/peers/run.sh [--zoo DIR] [--network NAME] [--data SET.npz] [--seconds S] [--rounds N] [--no-torch]
#
# The zoo holds NAME/model.onnx and data/; it is zoo/ of the repository unless given. SET is a file of its data/.
set -euo pipefail
cd "$(dirname "$0")/../.."

zoo=zoo network=resnet20-cifar10-qcfs8 data=cifar10_test.npz seconds=3 rounds=5 torch=yes
while [ $# -gt 0 ]; do
    case $1 in
        --zoo) zoo=$2; shift ;;
        --network) network=$2; shift ;;
        --data) data=$2; shift ;;
        --seconds) seconds=$2; shift ;;
        --rounds) rounds=$2; shift ;;
        --no-torch) torch=no ;;
        *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
    shift
done
for file in "$zoo/$network/model.onnx" "$zoo/data/$data"; do
    [ -f "$file" ] || { echo "run.sh: there is no $file; give --zoo, --network and --data" >&2; exit 2; }
done

venv=build/peers-venv
[ -x $venv/bin/pip ] || python3 -m venv $venv
install=(-r benches/peers/requirements.txt)
[ $torch = no ] || install+=(-r benches/peers/requirements-torch.txt)
$venv/bin/pip install --quiet --disable-pip-version-check "${install[@]}"

cargo build --release --locked --quiet
bench=$(cargo bench --locked --quiet --bench model --no-run --message-format=json | $venv/bin/python -c '
import json, sys
made = (line for line in map(json.loads, sys.stdin) if line.get("executable"))
print(*(line["executable"] for line in made if line["target"]["kind"] == ["bench"]))')
nets=()
for setting in "8 1" "4 2"; do
    read -r members timesteps <<<"$setting"
    net=build/peers/$network-tau$members-T$timesteps
    target/release/volley convert "$zoo/$network/model.onnx" --members "$members" --timesteps "$timesteps" -o "$net" >/dev/null
    nets+=("$net")
done
$venv/bin/python benches/peers/peers.py --bench "$bench" --data "$zoo/data/$data" --seconds "$seconds" --rounds "$rounds" \
    $([ $torch = yes ] && echo --torch) "${nets[@]}"
