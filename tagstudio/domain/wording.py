"""Numbers of things, for people."""


def counted(count: int, one: str, many: str = "") -> str:
    """Return how many there are of something: ``1 track``, ``1,204 tracks``; ``many`` is the plural without an s."""
    return f"1 {one}" if count == 1 else f"{count:,} {many or one + 's'}"
