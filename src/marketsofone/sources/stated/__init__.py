"""The written record as a source: what people stated becomes rows of customer tables."""
