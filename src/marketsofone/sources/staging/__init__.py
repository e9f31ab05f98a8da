"""Files, sheets and queries, each made one Parquet file of its rows."""
