"""The pages over HTTP.

server        serves an application on some addresses, with TLS or without
connections   the clients' connections: how many, and how long one may wait for nothing
application   which path is answered by what
status/       the page at /, and the same as JSON
metrics_page  /metrics: how many may ask at once, what they may ask for, in which time
needed        the series that rules, dashboards and runbooks ask for
rendering     the page, read and rendered once for all who ask at the same time
deliveries    answers that clients are taking: in pieces, within a time
web_config    what web.config.file may say
certificates  its TLS settings, renewed as a whole when its files change
ciphers       the names of its cipher suites and curves
settings      what web.config.file says now, read again when it changes
policy        its headers and its rate limit
passwords     its basic authentication
"""
