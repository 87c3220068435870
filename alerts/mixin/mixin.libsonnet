// The alerts, recording rules and dashboards as a monitoring mixin (https://monitoring.mixins.dev): jsonnet 0.18 or newer.
(import 'config.libsonnet') + {
  local config = self._config,
  local site(text) = std.foldl(function(made, one) std.strReplace(made, one[0], one[1]), [
    ['job="failover"', 'job="%s"' % config.job],
    ["job='failover'", "job='%s'" % config.job],
    ['{{ $externalLabels.runbooks }}', config.runbooks],
    ['{{ $externalLabels.grafana }}', config.grafana],
  ], text),
  local groups = [
    group
    for text in (import 'rules.libsonnet')[config.scrapeInterval]
    for group in std.parseYaml(site(text)).groups
  ],
  local only(kind) = {
    groups: [
      group { rules: [rule for rule in group.rules if std.objectHas(rule, kind)] }
      for group in groups
      if std.length([rule for rule in group.rules if std.objectHas(rule, kind)]) > 0
    ],
  },

  grafanaDashboards+:: import 'dashboards.libsonnet',
  prometheusAlerts+:: only('alert'),
  prometheusRules+:: only('record'),
}
