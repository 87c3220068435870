"""failover-exporter: what a floating IP in front of a Galera cluster does, and what its clients notice.

cli         reads the arguments and starts a command
commands/   one module or folder each: serve, check_config, events/, watch/
app         puts the parts of the exporter together; the one module that knows all of them
autodetect/ a configuration for a host that has none
logs        log lines on stderr
rules/      the alert rules, made for a scrape interval; alerts/src/ writes those in alerts/rules/
reload      when the configuration is read again, and how that went
running     the collectors that run, and what a changed configuration does to them
service     what systemd is told, and the watchdog
config      what the configuration file may say
web/        the pages over HTTP: connections, the metrics page, TLS and passwords
watchers/   what runs all the time, so that nothing is missed between two scrapes: prober, failover, …
sources/    what is read when Prometheus scrapes, one folder for each system
scrape      reads all sources at once and turns their errors into metrics
families    metric families with checked labels
transports/ reaches outside: commands, sockets, HTTP, MySQL, netlink
parsing     strict readers of numbers and text for all parsers
typed_yaml  YAML into dataclasses, with every mistake by key and line
endpoint    HOST:PORT, read and written
lean_import  a library without what it would load besides
interface_address  an address of this host's interfaces
internet_checksum  the checksum of IP and ICMP
options     checks that several sections of the configuration share
trouble     one log line when trouble begins, changes or ends
yaml_keys   keys as messages name them, and where an unknown one belongs
errors      what can go wrong, by the reason that the page shows

Imports point from the top of this list to its end; import-linter holds them there.
"""

from importlib.metadata import version

VERSION = version("failover-exporter")
