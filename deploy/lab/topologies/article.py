"""The infrastructure of the article that this project comes from, with its names, addresses and settings."""

from deploy.lab.topology import Host, Topology

ARTICLE = Topology(
    name="article",
    help="the article's pair: an address and lsb:haproxy, one corosync link",
    prefixes=("10.0.0",),
    balancers=(Host("haproxy-node01", ("10.0.0.11",)), Host("haproxy-node02", ("10.0.0.12",))),
    databases=tuple(Host(f"galera-node0{n}", (f"10.0.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("mon", ("10.0.0.31",)),),
    vips=("10.0.0.100",),
    port=3306,
    cluster_name="article",
    moved="failover-ip",
    primitives=("failover-ip", "haproxy"),
    cib="""
primitive failover-ip ocf:heartbeat:IPaddr2 params ip=10.0.0.100 cidr_netmask=32 op monitor interval=1s
primitive haproxy lsb:haproxy op monitor interval=1s
colocation haproxy-with-failover-ip inf: haproxy failover-ip
order haproxy-after-failover-ip Mandatory: failover-ip haproxy
property stonith-enabled=false no-quorum-policy=ignore
rsc_defaults resource-stickiness=100
""",
)
