"""What a run stands on: customer tables as of the date, buyers, trials, and the tree."""
