"""What KOF runs in the demo: metrics stores, promxy, Alertmanager and a little of VictoriaLogs, over made-up series."""
