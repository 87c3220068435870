"""A pair that fences by SBD: a message on a disk that both share, and each node's own watchdog."""

from deploy.lab.topology import Host, Topology

SBD = Topology(
    name="sbd",
    help="a pair that fences by SBD: each writes the other's end on a disk that both share (poison pill)",
    prefixes=("10.7.0",),
    balancers=(Host("lb1", ("10.7.0.11",)), Host("lb2", ("10.7.0.12",))),
    databases=tuple(Host(f"db{n}", (f"10.7.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("watch", ("10.7.0.31",)),),
    vips=("10.7.0.100",),
    port=3306,
    cluster_name="sbd",
    moved="service",
    primitives=("vip", "balancer", "fence-sbd"),
    tied=("vip", "balancer"),
    # In a race lb2 survives: whoever would shoot it waits for longer than a message takes to be read (1 s).
    # It counts as read after msgwait (10 s).
    cib="""
primitive fence-sbd stonith:external/sbd params pcmk_delay_base="lb1:0s;lb2:3s" op monitor interval=15s
primitive vip ocf:heartbeat:IPaddr2 params ip=10.7.0.100 cidr_netmask=24 op monitor interval=1s
primitive balancer lsb:haproxy op monitor interval=1s
group service vip balancer
property stonith-enabled=true stonith-action=off stonith-timeout=40s
rsc_defaults resource-stickiness=100
""",
    fencing="disk",
    packages=("sbd",),
)
