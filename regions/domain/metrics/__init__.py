"""Rules of metrics: where stores are, what their answers mean, what may be said of a figure. Pure."""
