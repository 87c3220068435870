#!/bin/sh
# Start systemd as the first process of a throw-away copy of a root.
#
#   unshare --cgroup --mount --pid --fork --kill-child --net --uts --ipc boot-root.sh ROOT WORK IN
#
# WORK is an empty folder for the mounts, which end with the mount namespace. IN is to be seen read-only as /in; its
# before.sh, where it has one, is run before systemd. The caller's control group becomes the root's own.
set -eu
root=$1 work=$2 in=$3
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs "$work"
mkdir "$work/upper" "$work/work" "$work/root"
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/root"
cd "$work/root"
mkdir -p in old
mount --bind -o ro "$in" in
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=0755 tmpfs dev
for device in null zero full random urandom tty; do
    touch "dev/$device"
    mount --bind "/dev/$device" "dev/$device"
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=0755 tmpfs run
ip link set lo up
pivot_root . old
umount -l /old
[ ! -e /in/before.sh ] || sh -eu /in/before.sh
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
    /usr/lib/systemd/systemd --system --log-target=console --show-status=no </dev/null
