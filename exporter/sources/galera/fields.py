"""Meaning of the numbers among Galera's variables: the HELP of mysql_global_status_* and _variables_*.

All are gauges, running totals too: their names are mysqld_exporter's and have no _total, without which
OpenMetrics has no counter. rate() works on them; where it makes sense, the text says "running total".
"""

STATUS_NUMBERS = {
    "wsrep_applier_thread_count": (
        "Threads that apply what other nodes wrote; 0 means that this node applies nothing."
    ),
    "wsrep_apply_oooe": "Share (0 to 1) of write sets applied out of order: how parallel applying is.",
    "wsrep_apply_oool": "Share (0 to 1) of write sets so slow that later ones were applied before them.",
    "wsrep_apply_waits": "Running total of waits of one applier for an earlier write set.",
    "wsrep_apply_window": "Mean distance between the highest and lowest write set applied at the same time.",
    "wsrep_causal_reads": "Running total of reads that waited for the node to catch up (wsrep_sync_wait).",
    "wsrep_cert_bucket_count": "Cells of the certification index's hash table.",
    "wsrep_cert_deps_distance": (
        "Mean number of write sets that could be applied in parallel: the useful applier threads."
    ),
    "wsrep_cert_index_size": "Entries in the certification index.",
    "wsrep_cert_interval": "Mean number of write sets that arrive while one replicates.",
    "wsrep_cluster_conf_id": (
        "Changes of membership that this node's component has seen; nodes of one component agree. "
        "2^64-1 when it is in none."
    ),
    "wsrep_cluster_size": (
        "Members that this node counts in its group, itself included; less than configured means that "
        "nodes are gone."
    ),
    "wsrep_cluster_status": (
        "1 if this node is in a Primary component and so has quorum; 0 means it refuses queries."
    ),
    "wsrep_cluster_weight": "Sum of the members' weights in the quorum, as this node sees it.",
    "wsrep_commit_oooe": "Share (0 to 1) of commits out of order.",
    "wsrep_commit_oool": "Share (0 to 1) of commits that were overtaken by later ones.",
    "wsrep_commit_window": (
        "Mean distance between the highest and lowest write set committed at the same time."
    ),
    "wsrep_connected": "1 if the server is connected to its group communication.",
    "wsrep_desync_count": (
        "Operations under way that keep the node out of flow control, such as a backup or giving a "
        "state transfer."
    ),
    "wsrep_flow_control_active": "1 while flow control pauses the cluster for a slow node.",
    "wsrep_flow_control_interval_high": "Length of the receive queue at which this node stops the cluster.",
    "wsrep_flow_control_interval_low": (
        "Length of the receive queue at which this node lets the cluster go on."
    ),
    "wsrep_flow_control_paused": (
        "Share (0 to 1) of time paused by flow control since the last FLUSH STATUS; a mean "
        "over all that time, so alert on the rate of _paused_ns."
    ),
    "wsrep_flow_control_paused_ns": (
        "Running total of nanoseconds paused by flow control; its rate times 1e-9 is the share of time lost."
    ),
    "wsrep_flow_control_recv": "Running total of flow control messages received, its own included.",
    "wsrep_flow_control_requested": "1 while this node is the one that pauses the cluster.",
    "wsrep_flow_control_sent": (
        "Running total of pauses that this node asked for: the slow node is the one where this grows."
    ),
    "wsrep_flow_control_status": "1 while flow control is on (Percona XtraDB Cluster).",
    "wsrep_gcache_pool_size": "Bytes of write sets kept for nodes that come back (Percona XtraDB Cluster).",
    "wsrep_gmcast_segment": "Network segment that this node belongs to.",
    "wsrep_last_applied": "Number of the last write set applied.",
    "wsrep_last_committed": "Number of the last write set committed; nodes that differ for long are behind.",
    "wsrep_local_bf_aborts": (
        "Running total of local transactions broken off by a write set from another node."
    ),
    "wsrep_local_cached_downto": (
        "Oldest write set in gcache: a node that missed earlier ones needs a full state transfer."
    ),
    "wsrep_local_cert_failures": (
        "Running total of local transactions that lost a conflict at commit (error 1213)."
    ),
    "wsrep_local_commits": "Running total of local transactions committed to the cluster.",
    "wsrep_local_index": "This node's place in its group's member list; 2^64-1 when it is in none.",
    "wsrep_local_recv_queue": "Write sets waiting to be applied now: how far behind this node is.",
    "wsrep_local_recv_queue_avg": "Mean length of the receive queue since the last FLUSH STATUS.",
    "wsrep_local_recv_queue_max": "Longest receive queue since the last FLUSH STATUS.",
    "wsrep_local_recv_queue_min": "Shortest receive queue since the last FLUSH STATUS.",
    "wsrep_local_replays": "Running total of transactions replayed after a conflict over locks.",
    "wsrep_local_send_queue": (
        "Write sets waiting to be sent now: above 0 for long, the network is the bottleneck."
    ),
    "wsrep_local_send_queue_avg": "Mean length of the send queue since the last FLUSH STATUS.",
    "wsrep_local_send_queue_max": "Longest send queue since the last FLUSH STATUS.",
    "wsrep_local_send_queue_min": "Shortest send queue since the last FLUSH STATUS.",
    "wsrep_local_state": (
        "State as a number: 1 joining, 2 donor or desynced, 3 joined, 4 synced, 0 in no Primary "
        "component; galera_node_state says more."
    ),
    "wsrep_open_connections": "Connections open in the replication provider.",
    "wsrep_open_transactions": "Transactions open in the replication provider.",
    "wsrep_protocol_application": "Version of the protocol between the servers.",
    "wsrep_protocol_gcs": "Version of the group communication protocol.",
    "wsrep_protocol_replicator": "Version of the replicator protocol.",
    "wsrep_protocol_version": (
        "Version of the replication protocol; lower while an older node is in the cluster."
    ),
    "wsrep_ready": (
        "1 if Galera is ready for queries; 0 means that clients get error 1047. With "
        "galera_node_rejects_queries they get it all the same."
    ),
    "wsrep_received": "Running total of write sets received from other nodes.",
    "wsrep_received_bytes": "Running total of bytes of write sets received from other nodes.",
    "wsrep_repl_data_bytes": "Running total of bytes of data replicated.",
    "wsrep_repl_keys": "Running total of keys replicated.",
    "wsrep_repl_keys_bytes": "Running total of bytes of keys replicated.",
    "wsrep_repl_other_bytes": "Running total of other bytes replicated.",
    "wsrep_replicated": "Running total of write sets sent to other nodes: who is written to.",
    "wsrep_replicated_bytes": "Running total of bytes of write sets sent to other nodes.",
    "wsrep_rollbacker_thread_count": "Threads that roll back what lost a conflict.",
    "wsrep_stats_active": "1 while the provider gives statistics.",
    "wsrep_thread_count": "Replication threads in all, appliers and rollbackers.",
}

VARIABLE_NUMBERS = {
    "wsrep_applier_threads": "Applier threads configured.",
    "wsrep_auto_increment_control": "1 if auto_increment steps follow the size of the cluster.",
    "wsrep_certify_nonpk": "1 if rows of tables without a primary key are replicated.",
    "wsrep_convert_lock_to_trx": "1 if LOCK TABLES is turned into a transaction.",
    "wsrep_desync": (
        "1 if somebody took this node out of flow control by hand: it may fall behind without end."
    ),
    "wsrep_dirty_reads": "1 if reads are answered without quorum, perhaps with old data.",
    "wsrep_log_conflicts": "1 if conflicts are written to the error log.",
    "wsrep_max_ws_rows": "Rows that one transaction may change, 0 for no limit.",
    "wsrep_max_ws_size": "Bytes that one write set may have; a larger transaction fails.",
    "wsrep_on": "1 if replication is on; 0 means that writes stay on this node.",
    "wsrep_retry_autocommit": "How often a single statement is tried again after a conflict.",
    "wsrep_slave_fk_checks": "1 if appliers check foreign keys.",
    "wsrep_slave_threads": "Applier threads configured.",
    "wsrep_slave_uk_checks": "1 if appliers check unique keys.",
    "wsrep_sst_donor_rejects_queries": "1 if this node refuses queries while it gives a state transfer.",
    "wsrep_sync_wait": (
        "Kinds of statements that first wait for the node to catch up (bits: 1 read, 2 update, 4 insert)."
    ),
    "wsrep_trx_fragment_size": "Size from which a transaction is replicated in pieces, 0 for never.",
}


def status_help(name: str) -> str:
    return STATUS_NUMBERS.get(name) or f"Galera's status variable {name}, as SHOW GLOBAL STATUS gives it."


def variable_help(name: str) -> str:
    return VARIABLE_NUMBERS.get(name) or f"The setting {name}, as SHOW GLOBAL VARIABLES gives it."
