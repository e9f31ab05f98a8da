"""marketsofone: from a company's own files to its micro-markets, down to one buyer."""

__version__ = "0.1.0"
