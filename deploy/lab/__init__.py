"""The whole cluster, for real, on one Linux machine: two balancers, three Galera nodes, a client.

cli.py        verbs; a thin layer over
lab.py        Lab: up, exec, http_get, fault, heal, wait_whole, down (the API for tests)
topology.py   what a topology is;  topologies/  one file for each
faults.py     what can be broken;  repair.py  brings back a whole cluster, whatever was broken
health.py     what is not whole, in sentences
state.py      what exists, recorded before it is made;  host.py  one host: its namespaces, commands, files
network.py    bridges and veths;  cluster.py, haproxy.py, galera.py, exporters.py  what runs on the hosts
"""
