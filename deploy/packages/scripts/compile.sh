#!/bin/sh
# Compile what is not yet compiled in an environment: the same bytes at each build, and no look at times when it runs.
#
#   compile.sh FOLDER
#
# The records are for an uninstalling pip: the package's files are its packager's.
set -eu
find "$1" -path '*.dist-info/*' \( -name RECORD -o -name INSTALLER -o -name REQUESTED \) -delete
PYTHONHASHSEED=0 "$1/bin/python3" -m compileall -q --invalidation-mode unchecked-hash "$1/lib"
