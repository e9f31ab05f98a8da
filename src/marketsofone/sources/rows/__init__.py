"""The rows of one source, read, typed and keyed into a customer table or refused with the reason."""
