#!/bin/sh
# Build sdist and wheel, run the sdist's own fast tests where it was unpacked, in an environment of its own, and look
# whether the wheel installs what it carries.
#
#   sdist.sh PYTHON BUILDER FOLDER      PYTHON makes the environment, BUILDER has the development tools
set -eu
cd "$(dirname "$0")/.."
tree=$PWD
python=$1 builder=$2 folder=$3
rm -rf "$folder"
mkdir -p "$folder"
set -- $("$builder" -m deploy.release.distributions "$folder" | tail -n 2)
wheel=$(readlink -f "$2")
tar -xzf "$1" -C "$folder"
cd "${1%.tar.gz}"

deploy/lab/venv.sh "$python" .venv
.venv/bin/pytest -m 'not lab' --numprocesses=auto --dist=loadfile -p no:cacheprovider

.venv/bin/pip uninstall -qq --yes failover-exporter
.venv/bin/pip install -qq --disable-pip-version-check --no-deps "$wheel"
cd .venv
bin/failover-exporter --version
share=share/failover-exporter
for one in "$share"/alerts/rules/5s/vip.yml "$share"/dashboards/failover-story.json "$share"/runbooks/VIPDown.md; do
    [ -s "$one" ] || { echo "the wheel does not install $one" >&2; exit 1; }
done
cd "$tree"
rm -rf "$folder"
