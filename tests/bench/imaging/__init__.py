"""Pictures: what their renditions cost, and which copies are known by their likeness."""
