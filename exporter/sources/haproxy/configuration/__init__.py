"""What HAProxy's own files say, where it runs and where it does not.

files.py         which files those are, and what is in them
lexer.py         a line of haproxy.cfg as words: quotes, escapes, comments, variables
haproxy_cfg.py   sockets, proxies, ports and servers in it
timers.py        time-outs, retries and checks of its proxies
"""
