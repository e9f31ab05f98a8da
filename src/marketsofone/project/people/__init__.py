"""Who may sign in, what each may do, and whose buyers each may see."""
