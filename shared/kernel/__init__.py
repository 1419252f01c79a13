"""Pure value types and rules of the trade: no AWS, no network, no clock of its own."""
