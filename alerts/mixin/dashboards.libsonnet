// Made by `make alerts`.
{
  'failover-cluster.json': import '../../dashboards/failover-cluster.json',
  'failover-fleet.json': import '../../dashboards/failover-fleet.json',
  'failover-galera.json': import '../../dashboards/failover-galera.json',
  'failover-haproxy.json': import '../../dashboards/failover-haproxy.json',
  'failover-keepalived.json': import '../../dashboards/failover-keepalived.json',
  'failover-story.json': import '../../dashboards/failover-story.json',
}
