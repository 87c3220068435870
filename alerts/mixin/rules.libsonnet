// Made by `make alerts`.
// Rule files by scrape interval, as text.
{
  '5s': [
    importstr '../rules/5s/vip.yml',
    importstr '../rules/5s/failover.yml',
    importstr '../rules/5s/pacemaker.yml',
    importstr '../rules/5s/corosync.yml',
    importstr '../rules/5s/haproxy.yml',
    importstr '../rules/5s/galera.yml',
    importstr '../rules/5s/readiness.yml',
    importstr '../rules/5s/exporter.yml',
  ],
  '15s': [
    importstr '../rules/15s/vip.yml',
    importstr '../rules/15s/failover.yml',
    importstr '../rules/15s/pacemaker.yml',
    importstr '../rules/15s/corosync.yml',
    importstr '../rules/15s/haproxy.yml',
    importstr '../rules/15s/galera.yml',
    importstr '../rules/15s/readiness.yml',
    importstr '../rules/15s/exporter.yml',
  ],
  '30s': [
    importstr '../rules/30s/vip.yml',
    importstr '../rules/30s/failover.yml',
    importstr '../rules/30s/pacemaker.yml',
    importstr '../rules/30s/corosync.yml',
    importstr '../rules/30s/haproxy.yml',
    importstr '../rules/30s/galera.yml',
    importstr '../rules/30s/readiness.yml',
    importstr '../rules/30s/exporter.yml',
  ],
  '60s': [
    importstr '../rules/60s/vip.yml',
    importstr '../rules/60s/failover.yml',
    importstr '../rules/60s/pacemaker.yml',
    importstr '../rules/60s/corosync.yml',
    importstr '../rules/60s/haproxy.yml',
    importstr '../rules/60s/galera.yml',
    importstr '../rules/60s/readiness.yml',
    importstr '../rules/60s/exporter.yml',
  ],
}
