"""The one queue of outgoing messages of all centres of this deployment."""
