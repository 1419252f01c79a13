"""Where matching looks: the exact keys of the catalog, the index in S3, and what is newer than it."""
