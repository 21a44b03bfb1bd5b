"""Qt models over data that stays elsewhere."""
