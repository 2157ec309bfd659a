"""Data of departments as people use them: checks, who looked at whose data, grants. No tables of its own."""
