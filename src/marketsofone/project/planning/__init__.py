"""The plan of a run: what there is to plan, hours placed, segments chosen, drains, and what if."""
