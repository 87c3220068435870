#!/bin/sh
# Make the virtual environment with the locked development dependencies and the project itself.
#
#   venv.sh [--lowest] PYTHON FOLDER
#
# With --lowest, what the exporter needs to run has the lowest version that pyproject.toml allows; development tools
# that can't be with those get an older version.
set -eu
lowest=
if [ "$1" = --lowest ]; then lowest=yes; shift; fi
python=$1 venv=$2

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
    echo "failover-exporter needs Python 3.11 or newer; $python is not. Try make PYTHON=python3.12" >&2
    exit 1
}
if ! "$python" -c 'import ensurepip' 2>/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing python3-venv"
        { apt-get update -q && apt-get install -y -q --no-install-recommends python3-venv; } >/dev/null
    else
        echo "$python has no ensurepip: install the package python3-venv" >&2
        exit 1
    fi
fi
echo "Making $venv with the locked dependencies"
"$python" -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
if [ -n "$lowest" ]; then
    "$venv/bin/python" tests/lowest.py >"$venv/lowest.txt"
    echo "and with" $(cat "$venv/lowest.txt")
    "$venv/bin/pip" install -qq --disable-pip-version-check -r "$venv/lowest.txt" -e '.[dev]'
fi
"$venv/bin/pip" install -qq --disable-pip-version-check --no-deps -e .
