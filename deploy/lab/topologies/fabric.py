"""A pair with fabric fencing: a lost node is cut off from clients and databases until it joins again."""

from deploy.lab.topology import Host, Topology

FABRIC = Topology(
    name="fabric",
    help="a pair with fabric fencing: the switch closes a lost node's port, and unfencing opens it again",
    # Of clients and databases; of the cluster and the switch's management.
    prefixes=("10.8.0", "10.8.1"),
    balancers=(Host("lb1", ("10.8.0.11", "10.8.1.11")), Host("lb2", ("10.8.0.12", "10.8.1.12"))),
    databases=tuple(Host(f"db{n}", (f"10.8.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("watch", ("10.8.0.31",)),),
    vips=("10.8.0.100",),
    port=3306,
    cluster_name="fabric",
    moved="service",
    primitives=("vip", "balancer", "fence-fabric"),
    tied=("vip", "balancer"),
    cib="""
primitive fence-fabric stonith:fence_lab_fabric params ip=10.8.1.41 pcmk_host_list="lb1 lb2" \\
    meta provides=unfencing op monitor interval=30s
primitive vip ocf:heartbeat:IPaddr2 params ip=10.8.0.100 cidr_netmask=24 op monitor interval=1s
primitive balancer lsb:haproxy op monitor interval=1s
group service vip balancer
property stonith-enabled=true stonith-action=off stonith-timeout=20s
rsc_defaults resource-stickiness=100
""",
    fencing="fabric",
    pdu=Host("fabric", ("10.8.0.41", "10.8.1.41")),
)
