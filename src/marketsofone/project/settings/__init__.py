"""The project file, `market.toml`: every section read, checked strictly and turned into frozen values."""
