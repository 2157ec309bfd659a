"""What the portal looks up across centres, fed by the centres."""
