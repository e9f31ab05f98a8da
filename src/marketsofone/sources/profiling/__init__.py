"""What files look like before any mapping names them: columns, headings, and what belongs together."""
