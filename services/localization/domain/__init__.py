"""What a product is called where: pure."""
