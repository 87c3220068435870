"""The collector `address`: which VIPs this host holds, and how many hosts answer for each."""
