"""Departments, windows and staff of one centre."""
