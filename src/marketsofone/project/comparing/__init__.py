"""Groups of buyers set side by side while a person waits."""
