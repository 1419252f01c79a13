"""From the bytes of a file, whatever kind it is, to rows of cells."""
