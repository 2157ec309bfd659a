"""Working days: the published calendar and what overrides it."""
