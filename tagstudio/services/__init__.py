"""Use cases; the command line and the window call nothing else."""
