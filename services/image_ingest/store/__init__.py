"""Pictures and uploads, in their tables and their bucket."""
