"""Our import beside two usual ones, on one engine and with the same files: ``make bench ARGS=imports``."""
