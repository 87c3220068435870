#!/bin/sh
# In a clean root: install the program's wheel into the environment of /in/environment, copy it to /out.
#
#   program.sh PYTHON
set -eu
umask 022
home=/usr/lib/failover-exporter
cp -a /in/environment "$home"
PYTHONPATH=/in /usr/bin/"$1" -B -m pip --quiet --python "$home/bin/python3" install --no-compile --no-deps --no-index \
    --no-cache-dir --disable-pip-version-check --root-user-action=ignore --find-links /in/wheels failover-exporter
/in/compile.sh "$home"
"$home/bin/failover-exporter" --version  # after the compilation, which it would do in another way
cp -a "$home" /out/failover-exporter
