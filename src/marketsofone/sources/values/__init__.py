"""How a single value is read: days, numbers and money."""
