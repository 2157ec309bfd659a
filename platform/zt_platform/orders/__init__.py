"""Supervision orders (督办): what a level above, or a centre itself, demands, and how it was answered (F-04, G-04, R-12)."""
