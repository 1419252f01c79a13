"""What a stock movement costs, beside two usual designs."""
