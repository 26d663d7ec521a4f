"""Telling people: what turned, as notices in the page and as signed webhooks, grouped, retried and accounted for."""
