"""Backups: each ManagementBackup, and how every region was last backed up."""
