"""The catalogue of items of one centre."""
