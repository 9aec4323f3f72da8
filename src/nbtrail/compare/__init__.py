"""Differences between runs: pure, from records to records."""
