"""What imports keep: jobs, the marks of their parts, what shops' files have taught, and files."""
