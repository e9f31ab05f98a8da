"""Scores and response to effort become selling hours: which segments, which buyers, how much, and where it drains."""
