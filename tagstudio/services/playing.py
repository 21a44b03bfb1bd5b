"""Sound for the window."""

from tagstudio.audio.playback import Player

__all__ = ["Player", "open_player"]


def open_player() -> Player:
    """Return a player; the sound device is not touched before it plays."""
    return Player()
