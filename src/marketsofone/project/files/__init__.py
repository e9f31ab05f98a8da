"""What people bring: folders proposed as projects, files sent through the browser."""
