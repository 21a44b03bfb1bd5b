"""Tags inside audio files. The only package that imports mutagen."""
