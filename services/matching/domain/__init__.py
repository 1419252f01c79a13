"""Matching's rules: what is asked, what is known, and what that makes of it."""
