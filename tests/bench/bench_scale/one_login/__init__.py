"""The product's database backend with one log-in for everything: switching by search path alone, to compare with."""
