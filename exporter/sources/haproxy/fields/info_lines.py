"""Which line of `show info` becomes which haproxy_process_* series: HAProxy's own names and values.

Read from the same files and versions as csv_columns.py. Three lines that are no plain numbers (Version, node,
description) are in families.py. HAProxy names some of these counters though they go up and down; the names
can't be changed, so the HELP mentions it. A line that a build or version does not have gives no series.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One line. A metric whose name ends in _total is a counter, any other a gauge."""

    line: str
    metric: str
    help: str
    factor: int = 1  # how many of the metric's unit are one of the line's


MB = 1048576  # bytes

FIGURES = (
    # The process
    Figure("Nbthread", "nbthread", "Threads that this process runs."),
    Figure("NbThreadGroups", "nb_thread_groups", "Groups of threads."),
    Figure("Nbproc", "nbproc", "Worker processes."),
    Figure("Process_num", "relative_process_id", "Number of this worker process among them."),
    Figure("Uptime_sec", "uptime_seconds", "Seconds since HAProxy started; its counters began at 0 then."),
    Figure("Start_time_sec", "start_time_seconds", "When HAProxy started, in seconds since 1970."),
    Figure("Stopping", "stopping", "1 while it waits for its last sessions before it ends."),
    Figure("Jobs", "jobs", "Connections, listeners and other jobs; it ends when a stop leaves none."),
    Figure("Unstoppable Jobs", "unstoppable_jobs", "Jobs that a stop does not wait for."),
    Figure("Listeners", "listeners", "Addresses it listens on."),
    Figure("TotalWarnings", "total_warnings", "Warnings it wrote since it started."),
    # Memory
    Figure("Memmax_bytes", "max_memory_bytes", "Memory it may use (-m); 0 is no limit."),
    Figure("Memmax_MB", "max_memory_bytes", "Memory it may use (-m); 0 is no limit.", MB),
    Figure("PoolAlloc_bytes", "pool_allocated_bytes", "Memory taken for its pools."),
    Figure("PoolAlloc_MB", "pool_allocated_bytes", "Memory taken for its pools.", MB),
    Figure("PoolUsed_bytes", "pool_used_bytes", "Memory of the pools that is in use."),
    Figure("PoolUsed_MB", "pool_used_bytes", "Memory of the pools that is in use.", MB),
    Figure("PoolFailed", "pool_failures_total", "Times there was no memory to be had."),
    # Connections and requests
    Figure("Ulimit-n", "max_fds", "File descriptors it may open."),
    Figure("Maxsock", "max_sockets", "Sockets it may open."),
    Figure("Maxconn", "max_connections", "Connections it takes at once; more wait in the kernel's queue."),
    Figure("Hard_maxconn", "hard_max_connections", "Connections its file descriptors and memory allow."),
    Figure(
        "CurrConns", "current_connections", "Connections from clients now; at max_connections clients wait."
    ),
    Figure("CumConns", "connections_total", "Connections from clients."),
    Figure("CumReq", "requests_total", "Requests; in mode tcp a connection is one."),
    Figure("ConnRate", "current_connection_rate", "New connections in the last second."),
    Figure("ConnRateLimit", "limit_connection_rate", "New connections allowed in a second; 0 is no limit."),
    Figure("MaxConnRate", "max_connection_rate", "Most new connections in a second."),
    Figure("SessRate", "current_session_rate", "New sessions in the last second."),
    Figure("SessRateLimit", "limit_session_rate", "New sessions allowed in a second; 0 is no limit."),
    Figure("MaxSessRate", "max_session_rate", "Most new sessions in a second."),
    Figure("TotalBytesOut", "bytes_out_total", "Bytes sent."),
    Figure("TotalSplicedBytesOut", "spliced_bytes_out_total", "Bytes sent through a kernel pipe."),
    # as 2.3 to 2.8 spell it
    Figure("TotalSplicdedBytesOut", "spliced_bytes_out_total", "Bytes sent through a kernel pipe."),
    Figure("BytesOutRate", "bytes_out_rate", "Bytes sent in the last second."),
    Figure("Maxpipes", "max_pipes", "Kernel pipes it may open for splicing."),
    Figure("PipesUsed", "pipes_used_total", "Kernel pipes in use; a gauge in spite of its name."),
    Figure("PipesFree", "pipes_free_total", "Kernel pipes open and free; a gauge in spite of its name."),
    # TLS
    Figure("MaxSslConns", "max_ssl_connections", "TLS connections allowed at once; 0 is no limit."),
    Figure("CurrSslConns", "current_ssl_connections", "TLS connections now."),
    Figure("CumSslConns", "ssl_connections_total", "TLS connections."),
    Figure("SslRate", "current_ssl_rate", "New TLS sessions in the last second."),
    Figure("SslRateLimit", "limit_ssl_rate", "New TLS sessions allowed in a second; 0 is no limit."),
    Figure("MaxSslRate", "max_ssl_rate", "Most new TLS sessions in a second."),
    Figure(
        "SslFrontendKeyRate", "current_frontend_ssl_key_rate", "TLS keys made for clients in the last second."
    ),
    Figure(
        "SslFrontendMaxKeyRate", "max_frontend_ssl_key_rate", "Most TLS keys made for clients in a second."
    ),
    Figure("SslFrontendSessionReuse_pct", "frontend_ssl_reuse", "Percent of clients' TLS sessions resumed."),
    Figure(
        "SslBackendKeyRate", "current_backend_ssl_key_rate", "TLS keys made for servers in the last second."
    ),
    Figure("SslBackendMaxKeyRate", "max_backend_ssl_key_rate", "Most TLS keys made for servers in a second."),
    Figure("SslCacheLookups", "ssl_cache_lookups_total", "TLS sessions looked up in the cache."),
    Figure("SslCacheMisses", "ssl_cache_misses_total", "TLS sessions that the cache did not have."),
    # Compression
    Figure("CompressBpsIn", "http_comp_bytes_in_total", "Bytes a second given to compression; a gauge."),
    Figure("CompressBpsOut", "http_comp_bytes_out_total", "Bytes a second compression gave; a gauge."),
    Figure("CompressBpsRateLim", "limit_http_comp", "Compressed bytes allowed in a second; 0 is no limit."),
    Figure("ZlibMemUsage", "current_zlib_memory", "Bytes of memory compression uses."),
    Figure("MaxZlibMemUsage", "max_zlib_memory", "Bytes of memory compression may use; 0 is no limit."),
    # Work
    Figure("Tasks", "current_tasks", "Tasks, waiting ones counted."),
    Figure("Run_queue", "current_run_queue", "Tasks ready to run; long when CPU is short."),
    Figure(
        "Idle_pct",
        "idle_time_percent",
        "Percent of the last second spent waiting; near 0 it is short of CPU.",
    ),
    Figure("BusyPolling", "busy_polling_enabled", "1 if it polls without sleeping."),
    Figure("ActivePeers", "active_peers", "Peers connected and verified."),
    Figure("ConnectedPeers", "connected_peers", "Peers connected."),
    Figure(
        "DroppedLogs",
        "dropped_logs_total",
        "Log lines lost: the log server did not accept them.",
    ),
    Figure("CumRecvLogs", "recv_logs_total", "Log lines received to be passed on."),
    Figure("FailedResolutions", "failed_resolutions", "Names that DNS could not resolve, since it started."),
    Figure("PatternsAdded", "patterns_added_total", "Entries added to lists and maps."),
    Figure("PatternsFreed", "patterns_freed_total", "Entries removed from lists and maps."),
)
