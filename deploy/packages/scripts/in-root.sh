#!/bin/sh
# Run a command in a throw-away copy of a root: what it writes is lost, but for what it writes to /out.
#
#   unshare --mount --pid --fork --kill-child --net in-root.sh ROOT WORK IN OUT COMMAND...
#
# WORK is an empty folder for the mounts, which end with the mount namespace. IN is to be seen read-only as /in.
set -eu
root=$1 work=$2 in=$3 out=$4
shift 4
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/root"
mkdir -p "$work/root/in" "$work/root/out"
mount --bind -o ro "$in" "$work/root/in"
mount --bind "$out" "$work/root/out"
mount --bind /dev "$work/root/dev"
mount -t proc proc "$work/root/proc"
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 chroot "$work/root" "$@"
