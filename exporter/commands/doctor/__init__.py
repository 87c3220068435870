"""`failover-exporter doctor`: would it fail over now, and would anybody hear of it? A checklist for a person.

command     reads, judges, prints
options     what it was asked to look at
look        everything that is read, one thing after the other, each with its deadline
service     as whom the exporter runs here
direct      the sources read from here, while no exporter does
times       how long a failover would take, and what would make it faster
pages       pages of this exporter and of others, and where the others are
logins      the accounts, tried on the servers that they are for
prometheus  what Prometheus knows of the exporters, the rules and Alertmanager
prometheus_answers  what its API answers, as the facts have it
together    several questions at once, with one deadline
waiting     what is being waited for, shown after two seconds
facts       what was read, as data
page        a metrics page as something to ask
grants      SHOW GRANTS
finding     what a check says
findings/   the checks: from facts to findings, one module for each area
render      the findings for a person and as JSON
render_times  the expected times likewise
"""
