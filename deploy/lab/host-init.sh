# host-init.sh NAME ROOT REPOSITORY CACHE: the first process inside a host's namespaces; gives the host files of its own.
# They are those of ROOT (this machine's `/`, or another Debian's) under a tmpfs that takes every change: what is
# installed, configured or written there is gone with the host, and ROOT stays as it is.
set -eu
name=$1 lower=$2 repository=$3 cache=$4
PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

# A mount of which nothing is written down outside (in /run/mount).
attach() { mount --no-mtab "$@"; }

# An empty tmpfs of mode $2 over folder $1 of the host.
empty() { mkdir -p "$root$1"; attach -t tmpfs -o "mode=$2" lab "$root$1"; }

attach --make-rprivate /
attach -t tmpfs -o mode=755 lab /mnt
mkdir /mnt/upper /mnt/work /mnt/root
root=/mnt/root
attach -t overlay -o "lowerdir=$lower,upperdir=/mnt/upper,workdir=/mnt/work" lab "$root"

attach -t proc lab "$root/proc"
attach -t sysfs lab "$root/sys"    # only this host's interfaces; and no cgroups, so nobody joins the machine's
attach --rbind /dev "$root/dev"
# What is the machine's, and resets it: a panicking Pacemaker and SBD write there.
for danger in "$root/proc/sysrq-trigger" "$root/proc/sys/kernel/sysrq" "$root"/dev/watchdog*; do
    [ ! -e "$danger" ] || attach --bind /dev/null "$danger"
done
empty /dev/shm 1777
empty /run 755
empty /tmp 1777
empty /var/tmp 1777
empty /var/log 755
for service in corosync haproxy mysql pacemaker; do empty "/var/lib/$service" 755; done
for shown in "$repository" "$cache"; do
    mkdir -p "$root$shown"
    attach --rbind "$shown" "$root$shown"
    attach -o remount,bind,ro "$root$shown"
done

cd "$root"
pivot_root . mnt
umount --no-mtab --lazy /mnt

hostname "$name"
echo "$name" > /etc/hostname
rm -f /etc/resolv.conf
: > /etc/resolv.conf             # no name server: names come from /etc/hosts or fail at once
mkdir -p /run/lock /run/lab /run/root /var/log/lab /var/log/corosync
install -d -o haproxy -g haproxy -m 2775 /run/haproxy   # as Debian's tmpfiles.d has it
install -d -m 1755 /run/resource-agents
install -d -o mysql -g mysql /run/mysqld /var/lib/mysql /var/log/mysql
install -d -o hacluster -g haclient -m 750 /run/crm /var/log/pacemaker /var/log/pacemaker/bundles /var/log/crmsh
install -d -o hacluster -g haclient -m 750 /var/lib/pacemaker /var/lib/pacemaker/blackbox /var/lib/pacemaker/cib \
    /var/lib/pacemaker/cores /var/lib/pacemaker/pengine
rm -f /var/lib/man-db/auto-update   # no index of man pages for each package that is installed: seconds of CPU
rm -f /usr/bin/systemctl         # there is no systemd to talk to: a stand-in starts what a unit says
python=$(command -v python3.11 || command -v python3)   # Debian 11's own is too old
printf '#!/bin/sh\n# The stand-in of the lab; see deploy/lab/standin/.\nexport PYTHONPATH=%s PYTHONDONTWRITEBYTECODE=1\nexec %s -m deploy.lab.standin.systemctl "$@"\n' \
    "$repository" "$python" > /usr/bin/systemctl
chmod 755 /usr/bin/systemctl
ip link set lo up
: > /run/lab/ready
exec tini -- sleep infinity
