"""The ground: centres, levels, the current centre, provisioning, schema roll-out."""
