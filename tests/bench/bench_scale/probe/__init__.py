"""A change as a release brings it, one column with a default and an index on it, for both ways of rolling it out."""
