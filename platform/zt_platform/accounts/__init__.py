"""One login for everybody: applicants and staff."""
