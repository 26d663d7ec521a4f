"""As much of PromQL as KOF's panels need, with the roundings of VictoriaMetrics."""
