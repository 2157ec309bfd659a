"""django-tenants' PostgreSQL backend with the search path verified instead of remembered."""
