"""Who else answers for an address: by ARP (IPv4), neighbour discovery (IPv6) and ICMP echoes (both).

links.py says on which link an address is asked for, packets.py what is sent and read there, ask_policy.py
how often; all three are pure. questions.py asks and hears, over transports/link.py; watcher.py does so in a
thread.
"""
