"""The gateway: GraphQL types, loaders and mutations; no rules, no ORM writes."""
