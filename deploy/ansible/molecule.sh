#!/bin/bash
# molecule.sh BIN LOG: the role's molecule scenario, with the programs of folder BIN (molecule, ansible-playbook).
# All that Ansible can say (-vvv --diff) goes into LOG, in which the scenario itself looks for passwords; here are its
# steps and recaps. However it ends, the lab is down.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
log=$2
folder=$(mktemp --directory)
export PATH=$1:$PATH ANSIBLE_HOME=$folder/ansible MOLECULE_EPHEMERAL_DIRECTORY=$folder/molecule NO_COLOR=1
trap '"$here/../lab/lab" --folder="$folder/molecule/lab" down; rm -rf "$folder"' EXIT
mkdir -p "$(dirname "$log")"

shown='^(INFO|WARNING|ERROR|CRITICAL)|: ok=[0-9]+ +changed=|^fatal:|^failed:'
cd "$here/roles/failover_exporter"
if ! molecule --debug test 2>&1 | tee "$log" | grep --line-buffered --extended-regexp "$shown"; then
    echo "molecule test failed; the end of $log:" >&2
    tail --lines=60 "$log" >&2
    exit 1
fi
echo "all as it should be, after $SECONDS s"
