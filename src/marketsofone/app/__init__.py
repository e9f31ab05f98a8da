"""The second door: the same results and the same writes in a browser; sees ``project`` and nothing else."""

from marketsofone.app.serving import application, serve

__all__ = ["application", "serve"]
