"""The parameter `ip` of IPaddr2, `ipv6addr` of IPv6addr (pure)."""

import ipaddress


def address(text: str) -> str:
    """Without the length of its network; empty for what is no address, as `$VIP`."""
    try:
        return str(ipaddress.ip_address(text.strip().partition("/")[0]))
    except ValueError:
        return ""
