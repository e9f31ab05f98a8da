"""Files, databases and the written record, read into customer tables."""

from marketsofone.sources.doubtful.astray import recorded_astray
from marketsofone.sources.doubtful.leaks import suspected_leaks
from marketsofone.sources.findings import Finding, Health, Input, Loaded
from marketsofone.sources.load import load_sources
from marketsofone.sources.mapping.source import Source, TableMapping, UserColumn, sources_from

__all__ = [
    "Finding",
    "Health",
    "Input",
    "Loaded",
    "Source",
    "TableMapping",
    "UserColumn",
    "load_sources",
    "recorded_astray",
    "sources_from",
    "suspected_leaks",
]
