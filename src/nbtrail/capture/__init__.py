"""Hooks and taps: what is seen while the user's code runs. Nothing here may raise into it."""
