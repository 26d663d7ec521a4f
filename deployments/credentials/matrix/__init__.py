"""Where each object that a credential needs is, on which cluster: shown, compared and put right."""
