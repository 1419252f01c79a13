"""The shared products: what one is, who may propose it, and how a search shows it."""
