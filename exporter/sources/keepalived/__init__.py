"""The collector `keepalived`: state, priorities and counters of VRRP instances, status of check scripts."""
