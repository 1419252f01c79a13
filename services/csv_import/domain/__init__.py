"""Bytes of a shopkeeper's file become rows of typed facts, or clear errors. Pure: no network, no disk."""
