"""Pages that belong to no single feature: the portal, a centre's front page, signing in."""
