"""What a review is, what a store suggests, and when stores agree."""
