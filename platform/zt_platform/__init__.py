"""What a centre does: catalogue, cases, supervision, pages; and the project wiring."""
