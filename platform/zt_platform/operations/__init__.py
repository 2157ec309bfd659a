"""Running the platform: streams, parked and refused messages, circuits, and what operators do. No tables of its own."""
