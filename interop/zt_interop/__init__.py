"""Signed messages between centres: envelope, keys, outbox, inbox, relay, transports."""
