"""The man page and the shell completions, made from the parser of the command line.

`python -m deploy.manual FOLDER` writes man/failover-exporter.1 and completions/{bash,zsh,fish}/… there. The page
has the date of SOURCE_DATE_EPOCH, today's without it: same parser and same date, same bytes.
"""
