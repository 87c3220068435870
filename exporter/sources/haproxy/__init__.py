"""HAProxy: frontends, backends, servers and listeners, its process, stick tables, name servers."""
