"""`make ansible`: the example's playbook on the hosts of a lab, from check mode to a changed password.

__main__.py            the command: a lab of its own, the runs in their order, the lab down in any case
site.py                the hosts: what they have before, what they have to have afterwards
playbook.py            Ansible as a process: its inventory, its output, what its recap says
connection/lab_host.py how Ansible reaches a host of the lab: a plugin of Ansible's, which loads it by path
"""
