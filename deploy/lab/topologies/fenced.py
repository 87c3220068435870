"""A pair with fencing: whoever loses the other has its power cut before it takes over."""

from deploy.lab.topology import Host, Topology

FENCED = Topology(
    name="fenced",
    help="a pair with fencing: each has the other's power cut, by a PDU, before it takes over",
    prefixes=("10.5.0",),
    balancers=(Host("lb1", ("10.5.0.11",)), Host("lb2", ("10.5.0.12",))),
    databases=tuple(Host(f"db{n}", (f"10.5.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("watch", ("10.5.0.31",)),),
    vips=("10.5.0.100",),
    port=3306,
    cluster_name="fenced",
    moved="service",
    primitives=("vip", "balancer", "fence-lb1", "fence-lb2"),
    tied=("vip", "balancer"),
    # In a race lb2 survives: whoever would shoot it waits for two seconds.
    cib="""
primitive fence-lb1 stonith:fence_lab params ip=10.5.0.41 plug=lb1 pcmk_host_list=lb1 op monitor interval=30s
primitive fence-lb2 stonith:fence_lab params ip=10.5.0.41 plug=lb2 pcmk_host_list=lb2 pcmk_delay_base=2s \\
    op monitor interval=30s
location fence-lb1-elsewhere fence-lb1 -inf: lb1
location fence-lb2-elsewhere fence-lb2 -inf: lb2
primitive vip ocf:heartbeat:IPaddr2 params ip=10.5.0.100 cidr_netmask=24 op monitor interval=1s
primitive balancer lsb:haproxy op monitor interval=1s
group service vip balancer
property stonith-enabled=true stonith-action=off stonith-timeout=20s
rsc_defaults resource-stickiness=100
""",
    fencing="power",
    pdu=Host("pdu", ("10.5.0.41",)),
)
