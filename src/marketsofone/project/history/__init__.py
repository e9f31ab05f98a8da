"""Two runs side by side: what moved, and what became of the segments."""
