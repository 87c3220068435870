"""failover-exporter: what a floating IP in front of a Galera cluster does, and what its clients feel.

cli, app    the command, and the one module that knows every part
watch/      the command that shows one address live
config      what the configuration file may say
web         the HTTP pages; web_config: their TLS and passwords
watchers/   what runs all the time, since it must not be lost between two scrapes
sources/    what is read when Prometheus scrapes, one folder a system
scrape      reads all sources at once and turns their errors into metrics
families    metric families with checked labels
parsing     strict readers of numbers and text that all parsers share; typed_yaml: of configuration files
transports/ the only modules that reach outside: commands, sockets, HTTP, MySQL
errors      everything that can go wrong with a source
"""

from importlib.metadata import version

VERSION = version("failover-exporter")
