"""Which line of `show resolvers` becomes which haproxy_resolver_* series: HAProxy's own names and values.

Read from src/resolvers.c of HAProxy 3.0 to 3.5-dev5. Gauges as on HAProxy's own endpoint (from 3.0), though
they only rise: their names have no _total, without which OpenMetrics has no counter. rate() works on them.
"""

COUNTS = {  # line -> metric, HELP
    "sent": ("sent", "Queries sent to this name server."),
    "snd_error": ("send_error", "Queries that could not be sent."),
    "valid": ("valid", "Valid answers."),
    "update": ("update", "Answers that changed the address of a server."),
    "cname": ("cname", "Answers that were another name (CNAME)."),
    "cname_error": ("cname_error", "Answers that were another name which could not be followed."),
    "any_err": ("any_err", "Answers without a usable address."),
    "nx": ("nx", "Answers that the name does not exist."),
    "timeout": ("timeout", "Queries that were not answered in time."),
    "refused": ("refused", "Queries that the name server refused."),
    "other": ("other", "Answers with any other error."),
    "invalid": ("invalid", "Answers that were no valid DNS."),
    "too_big": ("too_big", "Answers longer than accepted_payload_size."),
    "truncated": ("truncated", "Answers cut off by the name server."),
    "outdated": ("outdated", "Answers that came after that of another name server."),
}
