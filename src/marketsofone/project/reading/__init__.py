"""What a run says when it is asked: rows, marks, identities, audiences."""
