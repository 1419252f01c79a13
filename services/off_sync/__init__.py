"""What Open Food Facts knows of the goods on Indian shelves: fetched politely, kept as it is, and proposed."""
