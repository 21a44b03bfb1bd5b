"""Watching the folders of a library: what changes is scanned once it has been quiet for a while."""

import logging
import os
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from tagstudio.audio.formats import is_audio_name
from tagstudio.services.folders import is_inside

log = logging.getLogger(__name__)
QUIET_S = 2.0
# Reading a file is an event too, and a scan reads.
_CHANGES = frozenset({"created", "deleted", "modified", "moved", "closed"})


class Watcher:
    """Tells which folders changed, two seconds after the last change; both callbacks come from a thread of its own.

    Parameters
    ----------
    changed : callable
        Called with the folders that changed, those inside others left out.
    complained : callable
        Called with a sentence when a folder cannot be watched.
    """

    def __init__(
        self, changed: Callable[[list[Path]], None], complained: Callable[[str, str], None], *, quiet_s: float = QUIET_S
    ) -> None:
        self._changed, self._complained, self._quiet_s = changed, complained, quiet_s
        self._lock = threading.Lock()
        self._folders: set[bytes] = set()
        self._timer: threading.Timer | None = None
        self._observer: Any = None
        self._roots: tuple[Path, ...] = ()

    @property
    def is_watching(self) -> bool:
        """Whether at least one folder is watched."""
        return self._observer is not None

    def start(self, roots: Collection[Path]) -> None:
        """Watch these folders and no others; what cannot be watched is told and left out."""
        self.stop()
        observer = Observer()
        observer.start()
        watched = [root for root in roots if self._watch(observer, root)]
        if watched:
            self._observer, self._roots = observer, tuple(watched)
        else:
            _end(observer)

    def stop(self) -> None:
        """Watch nothing any more; what changed and was not told yet is forgotten."""
        with self._lock:
            observer, self._observer = self._observer, None
            timer, self._timer = self._timer, None
            self._folders.clear()
        if timer is not None:
            timer.cancel()
        if observer is not None:
            _end(observer)

    def _watch(self, observer: Any, root: Path) -> bool:
        try:
            observer.schedule(_Handler(self._noticed), os.fsdecode(root), recursive=True)
        except OSError as error:
            log.warning("cannot watch %s: %s", root, error)
            self._complained(
                f"“{root.name}” cannot be watched: {_why(error)}.",
                "Use “Look for changes” (F5) after you have changed files there.",
            )
            return False
        return True

    def _noticed(self, folder: bytes) -> None:
        with self._lock:
            if self._observer is None:
                return
            self._folders.add(folder)
            if self._timer is not None:
                self._timer.cancel()
            self._timer = threading.Timer(self._quiet_s, self._tell)
            self._timer.daemon = True
            self._timer.start()

    def _tell(self) -> None:
        with self._lock:
            folders, self._folders, self._timer = self._folders, set(), None
            roots = self._roots
        if folders:
            self._changed(_outermost({_existing(each, roots) for each in folders}))


class _Handler(FileSystemEventHandler):
    def __init__(self, noticed: Callable[[bytes], None]) -> None:
        self._noticed = noticed

    def on_any_event(self, event: FileSystemEvent) -> None:
        if event.event_type not in _CHANGES or (event.is_directory and event.event_type in ("modified", "closed")):
            return
        for path in filter(None, (event.src_path, event.dest_path)):
            raw = os.fsencode(str(path) if not isinstance(path, bytes) else path)
            name = os.path.basename(raw)  # noqa: PTH119
            if not name.startswith(b".") and (event.is_directory or is_audio_name(name)):
                self._noticed(os.path.dirname(raw))  # noqa: PTH120


def _existing(folder: bytes, roots: Collection[Path]) -> bytes:
    # What was removed is looked for in what is left, but never above the root.
    top = next((os.fsencode(each) for each in roots if is_inside(folder, os.fsencode(each))), folder)
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
