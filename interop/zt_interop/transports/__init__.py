"""How a signed message reaches a centre: in the same deployment (``local``) or over ``https``."""
