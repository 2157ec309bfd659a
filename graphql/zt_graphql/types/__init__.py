"""Types of the schema: what is shown of a thing. One module a subject; no rules."""
