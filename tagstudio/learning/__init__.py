"""Heads: prototypes and their quality, in numpy."""
