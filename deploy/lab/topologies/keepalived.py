"""Two HAProxy under Keepalived: VRRP by unicast, a check script on HAProxy, no Pacemaker and no Corosync."""

from deploy.lab.topology import Host, Topology

KEEPALIVED = Topology(
    name="keepalived",
    help="two HAProxy under Keepalived: VRRP by unicast, a check script, no Pacemaker",
    prefixes=("10.4.0",),
    balancers=(Host("proxy-a", ("10.4.0.11",)), Host("proxy-b", ("10.4.0.12",))),
    databases=tuple(Host(f"galera-{n}", (f"10.4.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("client", ("10.4.0.31",)),),
    vips=("10.4.0.100",),
    port=3306,
    cluster_name="keepalived",
    moved="entrance",
    primitives=(),
    cib="",
    packages=("keepalived",),
)
