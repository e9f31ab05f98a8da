"""The second door: the same results and the same writes in a browser; sees ``project`` and nothing else."""

from marketsofone.app.serving import application, serve, warm

__all__ = ["application", "serve", "warm"]
