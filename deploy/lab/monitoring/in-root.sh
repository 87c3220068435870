# in-root.sh ROOT FOLDER… -- COMMAND…: becomes COMMAND with the files of another Debian, and the host's FOLDERs.
# In a mount namespace of its own; what it writes anywhere else is gone with it.
set -eu
root=$1
shift
attach() { mount --no-mtab "$@"; }

attach --make-rprivate /
attach -t tmpfs -o mode=755 lab /mnt
mkdir /mnt/upper /mnt/work /mnt/root
attach -t overlay -o "lowerdir=$root,upperdir=/mnt/upper,workdir=/mnt/work" lab /mnt/root
while [ "$1" != -- ]; do
    mkdir -p "/mnt/root$1"
    attach --rbind "$1" "/mnt/root$1"
    shift
done
shift
for folder in /proc /dev; do attach --rbind "$folder" "/mnt/root$folder"; done
cp /etc/hosts /mnt/root/etc/hosts   # names of the lab
: > /mnt/root/etc/resolv.conf
exec chroot /mnt/root "$@"
