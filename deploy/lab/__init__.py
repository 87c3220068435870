"""The whole cluster, for real, on one Linux machine: two balancers, three Galera nodes, a client.

cli.py        the verbs, shown by console.py; a thin layer over
lab.py        Lab: up, exec, http_get, fault, heal, wait_whole, down (the API for tests)
topology.py   what a topology is;  topologies/  one file for each
build.py      builds one;  faults/  what can be broken;  repair.py  heals any mixture of it
health.py     what is not whole, in sentences;  status.py  one reading, as data
borrowed.py   the lab that is up, or one for the time of a measurement;  demo.py  `make demo`
fleet.py      the hosts by role;  host.py  one host: its namespaces, commands, files
roots.py      the files that a host begins with: this machine's, or a clean Debian release
newer_python.py  a Python for a release whose own is too old
package.py    the deb of this tree, which the hosts install;  standin/  their `systemctl`
state.py      what exists, recorded before it is made
orders.py     what a person has Pacemaker do;  load.py  rows written through the address
network.py    bridges and veths;  cluster.py, haproxy.py, galera.py, exporters.py  what runs on the hosts
page.py       an exporter's page, scraped and read;  power.py  a host without power
observer.py   observes in a thread while something happens
monitoring/   the real Prometheus (or another engine) and Alertmanager, and every notification that they sent
"""
