"""Rows, runs and limits."""
