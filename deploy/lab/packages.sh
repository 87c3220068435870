#!/bin/sh
# Install the Debian packages named in the files given, those that are missing, without starting any service.
#
#   packages.sh [--if-possible] FILE...
#
# With --if-possible a machine that can't install them (not root, not Debian) is no error: the tests that
# need them are then skipped with the reason.
set -eu

if_possible=
if [ "$1" = --if-possible ]; then if_possible=yes; shift; fi

missing=
for package in $(sed 's/#.*//' "$@"); do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

refuse() {
    echo "$1 These packages are missing:$missing" >&2
    [ -n "$if_possible" ] && exit 0
    exit 1
}
command -v apt-get >/dev/null || refuse "This is not Debian: no apt-get."
[ "$(id -u)" = 0 ] || refuse "Only root can install packages."

# The packages bring daemons; the lab starts its own in namespaces, so the machine's shall stay as it is.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
    trap 'exit 1' HUP INT TERM
fi
echo "Installing:$missing"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! { apt-get update -q && apt-get install -y -q --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    echo "apt-get could not install them; its last lines are above." >&2
    exit 1
fi
rm -f "$log"
