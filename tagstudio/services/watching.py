"""Watching the folders of a library: what changes is scanned once it has been quiet for a while."""

import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from math import inf
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from tagstudio.audio.formats import is_audio_name
from tagstudio.domain.tracks import shown_path
from tagstudio.services.folders import is_inside

log = logging.getLogger(__name__)
# A recording that is being written is never quiet: other changes do not wait for its end.
QUIET_S, LATEST_S = 2.0, 30.0
# A root that is deleted, renamed or unmounted takes its watch along; so often it is looked whether it is back.
LOOK_S = 5.0
# How long to wait for the thread when watching ends; it may be looking for a network drive.
END_S = 2.0
# Reading a file is an event too, and a scan reads.
_CHANGES = frozenset({"created", "deleted", "modified", "moved", "closed"})


class Watcher:
    """Tells which folders changed, two seconds after the last change; both callbacks come from a thread of its own.

    Where it is never that quiet, changes are told half a minute after the first. What is told is a root or lies in
    one. A root that was deleted, replaced or unmounted is watched again, and told, as soon as it is back.

    Parameters
    ----------
    changed : callable
        Called with the folders that changed, those inside others left out.
    complained : callable
        Called with a sentence when a folder cannot be watched.
    """

    def __init__(
        self, changed: Callable[[list[Path]], None], complained: Callable[[str, str], None], *,
        quiet_s: float = QUIET_S, latest_s: float = LATEST_S, look_s: float = LOOK_S,
    ) -> None:  # fmt: skip
        self._changed, self._complained = changed, complained
        self._quiet_s, self._latest_s, self._look_s = quiet_s, latest_s, look_s
        self._lookout: _Lookout | None = None

    @property
    def is_watching(self) -> bool:
        """Whether at least one folder is watched, or waited for."""
        return self._lookout is not None

    def start(self, roots: Collection[Path]) -> None:
        """Watch these folders and no others, the ones that are away as soon as they are there.

        What cannot be watched is told and left out. What changed in the others and was not told yet still will be.
        """
        if self._lookout is None:
            pending = _Pending(quiet_s=self._quiet_s, latest_s=self._latest_s, look_s=self._look_s)
            self._lookout = _Lookout(pending, self._changed, self._complained)
        if not self._lookout.watch_only(roots):
            self.stop()

    def stop(self) -> None:
        """Watch nothing any more; what changed and was not told yet is forgotten."""
        lookout, self._lookout = self._lookout, None
        if lookout is not None:
            lookout.stop()


class _Pending:
    """What changed and was not told yet; ``wait`` is for one thread, the rest for any."""

    def __init__(self, *, quiet_s: float, latest_s: float, look_s: float) -> None:
        self._quiet_s, self._latest_s, self._look_s = quiet_s, latest_s, look_s
        self._woken = threading.Condition()
        self._folders: set[bytes] = set()
        self._first = self._last = 0.0
        self._is_over = False

    def note(self, folder: bytes) -> None:
        with self._woken:
            self._last = time.monotonic()
            if not self._folders:
                self._first = self._last
                self._woken.notify()
            self._folders.add(folder)

    def end(self) -> None:
        with self._woken:
            self._is_over = True
            self._woken.notify()

    def wait(self) -> set[bytes] | None:
        """Return the folders to be told now, none when it is time to look for the roots; None when it is over."""
        look_at = time.monotonic() + self._look_s
        with self._woken:
            while not self._is_over:
                now = time.monotonic()
                tell_at = min(self._last + self._quiet_s, self._first + self._latest_s) if self._folders else inf
                if now >= tell_at:
                    folders, self._folders = self._folders, set()
                    return folders
                if now >= look_at:
                    return set()
                self._woken.wait(min(tell_at, look_at) - now)
        return None


class _Lookout:
    """Watches some roots until it is stopped, in a thread of its own."""

    def __init__(
        self, pending: _Pending, changed: Callable[[list[Path]], None], complained: Callable[[str, str], None]
    ) -> None:
        self._pending, self._changed, self._complained = pending, changed, complained
        self._observer: Any = Observer()
        # By root: what watchdog calls the watch, and which folder it was that is watched; None while there is none.
        self._watches: dict[bytes, tuple[Any, tuple[int, int] | None]] = {}
        self._changing = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="watching", daemon=True)
        self._observer.start()
        self._thread.start()

    def watch_only(self, roots: Collection[Path]) -> bool:
        """Watch these roots and no others; tell whether there is one that can be watched."""
        wanted = {os.fsencode(root) for root in roots}
        with self._changing:
            for root in self._watches.keys() - wanted:
                watch, _ = self._watches.pop(root)
                self._unschedule(watch)
            for root in sorted(wanted - self._watches.keys()):
                try:
                    self._watch(root)
                except OSError as error:
                    self._complain(root, error)
            return bool(self._watches)

    def stop(self) -> None:
        self._pending.end()
        self._thread.join(END_S)

    def _run(self) -> None:
        while (folders := self._pending.wait()) is not None:
            with self._changing:
                back = self._watch_again()
                watched = list(self._watches)
            if folders:
                self._tell(folders | back, watched)
            else:
                for root in back:  # somebody may still be filling it
                    self._pending.note(root)
        _end(self._observer)

    def _tell(self, folders: Collection[bytes], roots: Collection[bytes]) -> None:
        # A root may have been left out since.
        still = [each for each in folders if each in roots or any(is_inside(each, root) for root in roots)]
        told = {_existing(each, roots) for each in still}
        if told:
            self._changed(_outermost(told))

    def _watch(self, root: bytes) -> None:
        # Looked at first: a folder that is replaced meanwhile is another one at the next look.
        folder = _identity(root)
        handler = _Handler(root, self._pending.note)
        watch = None if folder is None else self._observer.schedule(handler, os.fsdecode(root), recursive=True)
        self._watches[root] = watch, folder

    def _unschedule(self, watch: Any) -> None:
        if watch is not None:
            self._observer.unschedule(watch)

    def _watch_again(self) -> set[bytes]:
        """Watch the roots that are back, or replaced by other folders; return which."""
        deaf = {each.watch for each in self._observer.emitters if not each.is_alive()}
        back = set()
        for root, (watch, folder) in list(self._watches.items()):
            now = _identity(root)
            if now is not None and now == folder and watch not in deaf:
                continue
            self._unschedule(watch)
            self._watches[root] = None, None
            if now is not None and self._is_watched_again(root):
                back.add(root)
        return back

    def _is_watched_again(self, root: bytes) -> bool:
        try:
            self._watch(root)
        except OSError as error:
            if _identity(root) is not None:
                del self._watches[root]
                self._complain(root, error)
            return False
        return True

    def _complain(self, root: bytes, error: OSError) -> None:
        log.warning("cannot watch %s: %s", shown_path(root), error)
        self._complained(
            f"“{shown_path(os.path.basename(root))}” cannot be watched: {_why(error)}.",  # noqa: PTH119 -- bytes
            "Use “Look for changes” (F5) after you have changed files there.",
        )


class _Handler(FileSystemEventHandler):
    def __init__(self, root: bytes, note: Callable[[bytes], None]) -> None:
        self._root, self._note = root, note

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _CHANGES or (event.is_directory and event.event_type in ("modified", "closed")):
            return
        for path in filter(None, (event.src_path, event.dest_path)):
            raw = os.fsencode(str(path) if not isinstance(path, bytes) else path)
            name = os.path.basename(raw)  # noqa: PTH119
            if raw == self._root or (not name.startswith(b".") and (event.is_directory or is_audio_name(name))):
                folder = os.path.dirname(raw)  # noqa: PTH120
                # What happens to the root itself is no reason to look into the folder around it.
                self._note(folder if is_inside(folder, self._root) else self._root)


def _identity(folder: bytes) -> tuple[int, int] | None:
    try:
        found = os.stat(folder)  # noqa: PTH116 -- bytes
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _existing(folder: bytes, roots: Collection[bytes]) -> bytes:
    # What was removed is looked for in what is left, but never above the root.
    top = next((each for each in roots if is_inside(folder, each)), folder)
    while folder != top and not os.path.isdir(folder):  # noqa: PTH112
        folder = os.path.dirname(folder)  # noqa: PTH120
    return folder


def _outermost(folders: Collection[bytes]) -> list[Path]:
    outer = [each for each in folders if not any(is_inside(each, other) for other in folders)]
    return [Path(os.fsdecode(each)) for each in sorted(outer)]


def _why(error: OSError) -> str:
    if error.errno == 28:  # of inotify: no space for more watches
        return "the system allows no more folders to be watched"
    if error.errno == 24:
        return "the system allows no more watchers"
    return error.strerror or "it may be on a network drive"


def _end(observer: Any) -> None:
    observer.stop()
    observer.join()
