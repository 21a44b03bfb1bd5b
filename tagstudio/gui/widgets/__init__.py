"""Small controls that know nothing of the library."""
