"""Accounts of Pane's own: their password, their second factors (by allauth), and everybody's own sessions."""
