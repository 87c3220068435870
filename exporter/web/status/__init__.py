"""The status page: what this host sees of the cluster, for somebody who is woken at night.

view        what the page and the command `status` show, as data
record      that data as JSON, and back
facts       the readings of the collectors, those that could be had
gathering   makes them of what scrapes share
wording     times, durations and lists in words
addresses   who holds each address, since when, and who would take over
clients     what clients felt in the last hour
failovers   the latest failovers, what moved together as one
cluster     Pacemaker's nodes and Corosync's links
servers     HAProxy's servers and Galera's nodes
collectors  what can't be read, and why
verdict     all of it, and in one word how it is
strip       the last hour as a drawing
rendering   the view as HTML
page        / and /status.json
templates   the page's HTML, style and script
"""
