"""Would a resource be taken over, were its node lost now? Pacemaker's own scheduler is asked, or Keepalived's
state on this host.

watcher.py     when to ask, and the collector `readiness` of the page
repeat.py      when it is asked again
simulator.py   asks: cibadmin for the CIB, crm_simulate for what the scheduler would do
lost_node.py   the CIB as it would be with that node lost
votes.py       whether the nodes that are left would have quorum
reasons.py     what stands in the way
metrics.py     all of it as metric families
keepalived.py  the collector under Keepalived; vrrp.py: what of its state decides
options.py     the section `readiness:`
"""
