"""The messages of cases: typed payloads, what is sent and what is handled."""
