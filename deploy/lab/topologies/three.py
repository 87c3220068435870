"""Three balancers that need a majority: HAProxy runs on each, and each of two addresses on one of them."""

from deploy.lab.topology import Host, Topology

THREE = Topology(
    name="three",
    help="three balancers with quorum: HAProxy cloned (ocf:heartbeat:haproxy), two addresses on two of them",
    prefixes=("10.4.0",),
    balancers=tuple(Host(f"lb{n}", (f"10.4.0.1{n}",)) for n in (1, 2, 3)),
    databases=tuple(Host(f"db{n}", (f"10.4.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("watch", ("10.4.0.31",)),),
    vips=("10.4.0.100", "10.4.0.101"),
    port=3306,
    cluster_name="three",
    moved="vip",
    primitives=("vip", "vip-reports"),
    tied=("vip",),
    cib="""
primitive vip ocf:heartbeat:IPaddr2 params ip=10.4.0.100 cidr_netmask=24 op monitor interval=1s
primitive vip-reports ocf:heartbeat:IPaddr2 params ip=10.4.0.101 cidr_netmask=24 op monitor interval=1s
primitive balancer ocf:heartbeat:haproxy params conffile=/etc/haproxy/haproxy.cfg \\
    op monitor interval=1s timeout=10s op start timeout=20s op stop timeout=20s
clone balancers balancer meta interleave=true
colocation vip-with-haproxy inf: vip balancers
colocation vip-reports-with-haproxy inf: vip-reports balancers
colocation apart -1000: vip-reports vip
order haproxy-before-vip Optional: balancers vip
order haproxy-before-vip-reports Optional: balancers vip-reports
property stonith-enabled=false no-quorum-policy=stop
rsc_defaults resource-stickiness=100
""",
    haproxy_everywhere=True,
)
