{
  _config+:: {
    scrapeInterval: '15s',  // of the exporters: 5s, 15s, 30s or 60s
    job: 'failover',  // of the exporters' targets
    // Where the links of alerts lead; as they are, to the external labels of the Prometheus that evaluates the rules.
    runbooks: '{{ $externalLabels.runbooks }}',  // docs/runbooks
    grafana: '{{ $externalLabels.grafana }}',
  },
}
