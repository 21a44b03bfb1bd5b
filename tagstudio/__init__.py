"""TagStudio: tag a music collection with networks that learn your own words."""

__version__ = "0.1.0"
