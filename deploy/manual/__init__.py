"""The man page and the shell completions, made from the parser of the command line.

`python -m deploy.manual FOLDER` writes man/failover-exporter.1 and completions/{bash,zsh,fish}/… there. The
date in the page is that of SOURCE_DATE_EPOCH, today without it: same parser and date, same bytes.
"""
