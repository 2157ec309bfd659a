"""Mutations of the schema, one file each."""
