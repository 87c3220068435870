# host-init.sh NAME REPOSITORY: the first process inside a host's namespaces; gives the host files of its own.
# Everything is a tmpfs in the host's mount namespace: it is gone with the host.
set -eu
name=$1 repository=$2
PATH=/usr/sbin:/usr/bin:/sbin:/bin
umask 022

# A mount of which nothing is written down outside (in /run/mount).
attach() { mount --no-mtab "$@"; }

# An empty tmpfs of mode $2 over folder $1; the repository stays visible if it is inside.
empty() {
    attach -t tmpfs -o "mode=$2" lab /mnt
    case $repository in
        "$1"/*) mkdir -p "/mnt/${repository#"$1"/}"; attach --rbind "$repository" "/mnt/${repository#"$1"/}" ;;
    esac
    attach --move /mnt "$1"
}

hostname "$name"
attach -t proc lab /proc
attach -t sysfs lab /sys       # only this host's interfaces; and no cgroups, so nobody joins the machine's
attach -t tmpfs -o mode=1777 lab /dev/shm
attach -t tmpfs -o mode=755 lab /mnt
cp -a /etc/. /mnt/
attach --move /mnt /etc
empty /run 755
empty /tmp 1777
empty /var/tmp 1777
empty /var/lib 755
empty /var/log 755

echo "$name" > /etc/hostname
rm -f /etc/resolv.conf
: > /etc/resolv.conf             # no name server: names come from /etc/hosts or fail at once
mkdir -p /run/lock /run/lab /run/root /run/haproxy /var/log/lab /var/log/corosync /var/lib/corosync /var/lib/haproxy
install -d -m 1755 /run/resource-agents
install -d -o mysql -g mysql /run/mysqld /var/lib/mysql /var/log/mysql
install -d -o hacluster -g haclient -m 750 /run/crm /var/log/pacemaker /var/log/pacemaker/bundles /var/log/crmsh
install -d -o hacluster -g haclient -m 750 /var/lib/pacemaker /var/lib/pacemaker/blackbox /var/lib/pacemaker/cib \
    /var/lib/pacemaker/cores /var/lib/pacemaker/pengine
install -d -m 750 /etc/failover-exporter /var/lib/failover-exporter
ip link set lo up
: > /run/lab/ready
exec tini -- sleep infinity
