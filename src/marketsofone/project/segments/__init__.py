"""Segments written by hand, and the groups of buyers that a person may mean."""
