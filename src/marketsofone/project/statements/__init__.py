"""What people say: into the written record, and back out of it between runs."""
