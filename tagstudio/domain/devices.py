"""Names of the devices that networks run on."""

DEVICES = ("auto", "cpu", "cuda", "mps")
