"""What is asked for, before anything is sent: drafts, problems, manifests, differences. Plain Python, pure."""
