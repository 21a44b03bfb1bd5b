"""Places and panels of the window."""
