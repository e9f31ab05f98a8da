"""Numbers and pictures as every page shows them, drawn by the report's own hand."""
