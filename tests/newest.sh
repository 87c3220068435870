#!/bin/sh
# Run the fast tests on the newest Python 3 that this machine has, by PATH or by pyenv: a final release, newer than
# the one that `make check` runs on. Where there is none, say so.
#
#   newest.sh PYTHON FOLDER      PYTHON is the one of `make check`, FOLDER the virtual environment to make
set -eu
python=$1 venv=$2
cd "$(dirname "$0")/.."

about='
import ensurepip, sys, venv
major, minor, micro, level, _ = sys.version_info
if level != "final":
    sys.exit(1)
print(f"{major:03}.{minor:03} {major}.{minor}.{micro} {sys.executable}")
'
newest=$({
    for minor in $(seq 11 40); do command -v "python3.$minor" || true; done
    for one in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python3; do echo "$one"; done
} | while read -r one; do
    "$one" -c "$about" 2>/dev/null || true  # it is not there, a shim without a version, or can't make an environment
done | sort -V | tail -n 1)
usual=$("$python" -c "$about")
if [ -z "$newest" ] || ! [ "${newest%% *}" \> "${usual%% *}" ]; then
    set -- $usual
    echo "No Python newer than $2 is on this machine: \`make check\` has tried the newest that is to be had."
    exit 0
fi
set -- $newest
echo "The fast tests on Python $2 ($3)"

stamp=$venv/.complete
if [ "$(cat "$stamp" 2>/dev/null)" != "$newest" ] || [ -n "$(find pyproject.toml requirements-dev.txt -newer "$stamp")" ]; then
    rm -rf "$venv"
    deploy/lab/venv.sh "$3" "$venv"
    echo "$newest" >"$stamp"
fi

chosen='not lab'
# With pyenv in root's home, a library of Python itself may be out of an ordinary user's reach.
if [ "$(id -u)" = 0 ] && ! setpriv --reuid=65534 --clear-groups --inh-caps=-all "$venv/bin/python" -c '' 2>/dev/null; then
    echo "An ordinary user can't run it: the tests that start it as one are left out."
    chosen="$chosen and not ordinary_user"
fi
exec "$venv/bin/pytest" -m "$chosen" --numprocesses=auto --dist=loadfile -p no:cacheprovider
