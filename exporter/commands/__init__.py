"""The commands, one module or folder each. cli.py reads the arguments and starts one of them.

serve          without a command: the exporter
check_config/  --check-config: every mistake in the configuration, and what the host lacks
doctor/        would it fail over now, and would anybody hear of it: a checklist
events/        the journal of failovers
setup/         what this host needs: the configuration, rights, accounts
rules          the alert rules, made for a site
watch/         one address, probed and shown live
configuration  reads the configuration files for all of them; without one, looks at the host
paths          where that file is usually
output         what they print for a person
drawn          what rich draws, for a terminal or a pipe
http_account   --user and --password-file, for the pages that are asked for
printable      text from elsewhere, for a terminal
status/        what the status page shows, in a terminal
"""
