"""Keys of the centres: private keys in the key store, public ones in a registry that the province signs."""
