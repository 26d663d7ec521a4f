"""What happens in the demo: small controllers that are ordinary API clients, of the demo's servers or of real ones."""
