"""What stands for systemd on the hosts of the lab, whose first process is `tini`: a unit is read and done.

unit.py       what a unit says, which settings are done here and which are not, and why that is enough
service.py    a service's process: its user, rights, folders, environment; its start and its end
systemctl.py  the program `systemctl` of the hosts

Only the standard library, since it runs with the Python of the host's own release.
"""
