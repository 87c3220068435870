#!/bin/sh
# In a clean root: make /usr/lib/failover-exporter of the wheels in /in/wheels, copy it to /out.
#
#   libraries.sh PYTHON
#
# /in has requirements.txt, the wheels, and pip itself; nothing comes over the network.
set -eu
umask 022
home=/usr/lib/failover-exporter
/usr/bin/"$1" -m venv --without-pip "$home"
PYTHONPATH=/in /usr/bin/"$1" -B -m pip --quiet --python "$home/bin/python3" install --no-compile --no-deps --no-index \
    --no-cache-dir --disable-pip-version-check --root-user-action=ignore --find-links /in/wheels --require-hashes -r /in/requirements.txt
ln -sfn "../../../bin/$1" "$home/bin/$1"
# Commands of the libraries and files for an interactive shell are nobody's business here.
find "$home/bin" ! -name 'python*' ! -type d -delete
find "$home/lib" -depth -type d -name tests -exec rm -r {} +
rm -rf "$home/include" "$home/lib64" "$home/share" "$home/.gitignore"
/in/compile.sh "$home"
cp -a "$home" /out/failover-exporter
