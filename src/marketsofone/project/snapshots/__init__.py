"""Runs on disk: written once, never changed, read back in milliseconds."""
