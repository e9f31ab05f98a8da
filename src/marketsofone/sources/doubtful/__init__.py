"""What is done with rows and columns that are doubtful, each with its count."""
