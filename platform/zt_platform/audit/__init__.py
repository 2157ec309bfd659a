"""The record of what staff read and did beside the logs of their cases; nobody can change it."""
