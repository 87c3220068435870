"""A pair with an IPv6 address beside the IPv4 one, and IPv6 on the way to Galera."""

from deploy.lab.topology import Host, Topology

IPV6 = Topology(
    name="ipv6",
    help="a pair with an IPv6 address beside the IPv4 one; HAProxy and the exporters reach Galera over IPv6",
    prefixes=("10.6.0",),
    balancers=tuple(Host(f"lb{n}", (f"10.6.0.1{n}",), f"fd00:6::1{n}") for n in (1, 2)),
    databases=tuple(Host(f"db{n}", (f"10.6.0.2{n}",), f"fd00:6::2{n}") for n in (1, 2, 3)),
    clients=(Host("watch", ("10.6.0.31",), "fd00:6::31"),),
    vips=("10.6.0.100", "fd00:6::100"),
    port=3306,
    cluster_name="ipv6",
    moved="service",
    primitives=("vip", "vip6", "balancer"),
    cib="""
primitive vip ocf:heartbeat:IPaddr2 params ip=10.6.0.100 cidr_netmask=24 op monitor interval=1s
primitive vip6 ocf:heartbeat:IPaddr2 params ip=fd00:6::100 cidr_netmask=64 op monitor interval=1s
primitive balancer lsb:haproxy op monitor interval=1s
group service vip vip6 balancer
property stonith-enabled=false no-quorum-policy=ignore
rsc_defaults resource-stickiness=100
""",
)
