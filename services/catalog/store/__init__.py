"""See each file."""
