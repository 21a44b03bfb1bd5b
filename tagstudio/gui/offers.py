"""Messages above the work that come with a button to do something about them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tagstudio.gui.presenters.commands import Commands
from tagstudio.gui.widgets.message_bar import MessageBar
from tagstudio.services.joining import Elsewhere


class Offers:
    """Shows what happened, and offers what helps."""

    def __init__(
        self,
        messages: MessageBar,
        commands: Commands,
        show_written: Callable[[], object],
        show_backups: Callable[[], object],
        move_root: Callable[[Path, Path], object],
    ) -> None:
        self._messages, self._commands = messages, commands
        self._show_written, self._show_backups, self._move_root = show_written, show_backups, move_root

    def of_saving(self, what: str, advice: str, retry: Callable[[], None]) -> None:
        """Offer to save a verdict again that is not on the disk."""
        self._show(what, advice, "Save again", retry)

    def of_backups(self, what: str, advice: str) -> None:
        """Offer to go back to a backup of a damaged library."""
        self._show(what, advice, "Backups…", self._show_backups)

    def of_taking_back(self, what: str) -> None:
        """Offer to deal with what was cut off while files were written."""
        self._show(what, "Continue it, or take back what was written.", "Written files…", self._show_written)

    def of_accepting(self, what: str) -> None:
        """Offer to believe that so many files are gone; it may be a drive that is not connected."""
        advice = "Connect the drive and look for changes again."
        self._show(what, advice, "They are really gone", self._accept_missing)

    def of_joining(self, found: Elsewhere) -> None:
        """Offer to let the tracks of a folder be those that were found in another one."""
        move = partial(self._move_root, found.old.folder, found.new.folder)
        self._show(
            f"{found.what}.",
            "If it is the same folder, its tracks keep their tags and judgements.",
            "It is the same folder",
            move,
        )

    def _accept_missing(self) -> None:
        self._commands.rescan(accept_missing=True)

    def _show(self, what: str, advice: str, title: str, act: Callable[[], object]) -> None:
        self._messages.show_failure(what, advice)
        self._messages.offer(title, act)
