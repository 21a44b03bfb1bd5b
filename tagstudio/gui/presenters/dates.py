"""When something was made, for people."""

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tagstudio.library.backups import Backup


def made_text(backup: "Backup", form: str = "%d %B %Y, %H:%M") -> str:
    """Return when a backup was made, in the time of this place."""
    try:
        return datetime.fromisoformat(backup.made_at).astimezone().strftime(form)
    except (ValueError, OverflowError):
        return "unknown time"
