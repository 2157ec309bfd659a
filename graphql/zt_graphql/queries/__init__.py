"""Queries of the schema: permission, one query of the platform, page."""
