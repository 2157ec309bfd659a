"""Pages of cases: applying online, following a case, the clerk's workbench. Thin over commands and queries."""
