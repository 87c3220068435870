"""What this host needs in order to take over, asked here and now.

loop.py              when they are made
check.py             what a check is, and what it is told
runner.py            makes them side by side, each with its own deadline
haproxy_config.py    HAProxy's own `-c` with the files that its service uses
haproxy_says.py      what that prints, in one line; and what is no fault of the configuration
haproxy_files.py     which files those are
parameters.py        of Pacemaker's resources: addresses, interfaces, files of HAProxy
vip_interface.py     an interface whose network holds the address
vip_bindable.py      HAProxy can bind the address when it starts
galera_reachable.py  no Galera node serves others and is silent to this host
clock.py             the clocks of the pair
resource_agents.py   the agents of the watched resources are installed
digests.py           what is in haproxy.cfg and corosync.conf, for comparison with the other host
"""
