"""The terminal: ``m1`` and its commands. Sees `marketsofone.project` and nothing else."""

from marketsofone.cli.entry import main

__all__ = ["main"]
