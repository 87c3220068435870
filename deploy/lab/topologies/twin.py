"""As unlike the article's as a pair can be: what only works there should fail here."""

from deploy.lab.topology import Host, Topology

TWIN = Topology(
    name="twin",
    help="two corosync links, a group with two addresses and HAProxy in the foreground, a clone",
    prefixes=("10.2.0", "10.2.1"),
    balancers=(Host("lb-a", ("10.2.0.11", "10.2.1.11")), Host("lb-b", ("10.2.0.12", "10.2.1.12"))),
    databases=tuple(Host(f"db{n}", (f"10.2.0.2{n}",)) for n in (1, 2, 3)),
    clients=(Host("watch", ("10.2.0.31",)),),
    vips=("10.2.0.200", "10.2.0.201"),
    port=3307,
    cluster_name="twin",
    moved="entrance",
    primitives=("vip", "vip-reports", "balancer"),
    cib="""
primitive vip ocf:heartbeat:IPaddr2 params ip=10.2.0.200 cidr_netmask=24 op monitor interval=1s
primitive vip-reports ocf:heartbeat:IPaddr2 params ip=10.2.0.201 cidr_netmask=24 op monitor interval=2s
primitive balancer ocf:heartbeat:anything \\
    params binfile=/usr/sbin/haproxy cmdline_options="-db -f /etc/haproxy/haproxy.cfg" \\
        pidfile=/run/balancer.pid logfile=/var/log/lab/balancer.log errlogfile=/var/log/lab/balancer.err \\
    op monitor interval=1s timeout=10s op start timeout=20s op stop timeout=20s
group entrance vip vip-reports balancer
primitive canary ocf:pacemaker:Dummy op monitor interval=5s
clone canaries canary
property stonith-enabled=false no-quorum-policy=ignore
rsc_defaults resource-stickiness=200 migration-threshold=5
""",
)
