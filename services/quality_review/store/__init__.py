"""Reviews and suggestions as they are kept, and what moves both at once."""
