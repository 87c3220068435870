"""A pair that asks a third host which half of a split may go on, by Corosync's qdevice; the other stops."""

from deploy.lab.topology import Host, Topology

ARBITER = Topology(
    name="arbiter",
    help="a pair with a quorum device: an arbiter on a third host decides which half of a split goes on",
    prefixes=("10.3.0",),
    balancers=(Host("lb1", ("10.3.0.11",)), Host("lb2", ("10.3.0.12",))),
    databases=tuple(Host(f"db{n}", (f"10.3.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("watch", ("10.3.0.31",)),),
    vips=("10.3.0.100",),
    port=3306,
    cluster_name="arbiter",
    moved="service",
    primitives=("vip", "balancer"),
    cib="""
primitive vip ocf:heartbeat:IPaddr2 params ip=10.3.0.100 cidr_netmask=24 op monitor interval=1s
primitive balancer lsb:haproxy op monitor interval=1s
group service vip balancer
property stonith-enabled=false no-quorum-policy=stop
rsc_defaults resource-stickiness=100
""",
    arbiter=Host("arbiter", ("10.3.0.41",)),
    packages=("corosync-qdevice", "corosync-qnetd"),
)
