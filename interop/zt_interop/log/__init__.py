"""What a centre received, sent and refused: the permanent log in the centre's own schema."""
