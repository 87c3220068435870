"""Who else answers for an address: ARP for IPv4, neighbour discovery for IPv6, echoes for both."""
