"""A played day: invented people take real items along the real road (commands, uploads, signed messages)."""
