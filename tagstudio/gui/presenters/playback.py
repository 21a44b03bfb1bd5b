"""Playing the track that is shown: a player, asked thirty times a second where it is."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from tagstudio.domain.errors import TagStudioError
from tagstudio.services.playing import Player

TICK_MS = 33


class Playback(QObject):
    """Plays, pauses and seeks; everything but the sound itself works without a sound device."""

    position_changed = Signal(float)
    playing_changed = Signal(bool)
    failed = Signal(str, str)

    def __init__(
        self, player_factory: Callable[[], Player], parent: QObject | None = None, *, volume: float = 1.0
    ) -> None:
        super().__init__(parent)
        self._player_factory = player_factory
        self._player: Player | None = None
        self._file: Path | None = None
        self.volume = volume
        self._position_s, self._duration_s = 0.0, 0.0
        self._span: tuple[float, float] | None = None
        self._is_playing = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def is_playing(self) -> bool:
        """Whether sound is asked for."""
        return self._is_playing

    @property
    def position_s(self) -> float:
        """Where playback is, or would begin."""
        return self._position_s

    def load(self, file: Path) -> None:
        """Get ready for a file; it is not opened before it plays."""
        self.pause()
        self._file, self._span = file, None
        self._position_s, self._duration_s = 0.0, 0.0
        if self._player is not None:
            self._player.load(file)

    def unload(self) -> None:
        """Stop, and forget the file."""
        self.pause()
        self._file = None
        self._move(0.0)

    def set_duration(self, seconds: float) -> None:
        """Say how long the track is, so that nobody seeks beyond its end."""
        self._duration_s = seconds

    def stay_in(self, span: tuple[float, float] | None) -> None:
        """Play only a span of the track, or all of it."""
        self._span = span

    def toggle(self) -> None:
        """Play, or pause."""
        if self._is_playing:
            self.pause()
        else:
            self.play()

    def play(self) -> None:
        """Play on from the position; from the beginning (or that of the span) once the end is reached."""
        if self._file is None:
            return
        start, end = self._span or (0.0, self._duration_s)
        if (self._span and not start <= self._position_s < end) or (end and self._position_s >= end - 0.01):
            self._move(start)
        try:
            player = self._opened()
            player.seek(self._position_s)
            player.play()
        except TagStudioError as error:
            self.failed.emit(error.what, error.advice)
            return
        self._set_playing(True)

    def pause(self) -> None:
        """Stop the sound where it is."""
        if self._is_playing and self._player is not None:
            self._player.pause()
        self._set_playing(False)

    def seek(self, second: float) -> None:
        """Go to a moment; playback goes on there if it was on."""
        inside = max(0.0, min(second, self._duration_s) if self._duration_s else second)
        if self._player is not None and self._file is not None:
            self._player.seek(inside)
        self._move(inside)

    def skip(self, seconds: float) -> None:
        """Go a few seconds back or ahead."""
        self.seek(self._position_s + seconds)

    def play_from(self, second: float) -> None:
        """Hear a moment; a span to stay in is given up if the moment lies outside."""
        if self._span is not None and not self._span[0] <= second < self._span[1]:
            self._span = None
        self.seek(second)
        if not self._is_playing:
            self.play()

    def set_volume(self, volume: float) -> None:
        """Set the volume, 0 to 1."""
        self.volume = volume
        if self._player is not None:
            self._player.volume = volume

    def close(self) -> None:
        """Let go of the sound device."""
        self.unload()
        if self._player is not None:
            self._player.close()
            self._player = None

    def _opened(self) -> Player:
        if self._player is None:
            self._player = self._player_factory()
            self._player.volume = self.volume
            if self._file is not None:
                self._player.load(self._file)
        return self._player

    def _tick(self) -> None:
        if self._player is None:
            return
        self._move(self._player.position_s)
        end = self._span[1] if self._span else float("inf")
        if self._player.at_end or self._position_s >= end:
            self.pause()
        elif not self._player.is_playing:
            error = self._player.error
            self.pause()
            if error is not None:
                self.failed.emit(error.what, error.advice)

    def _move(self, second: float) -> None:
        if second != self._position_s:
            self._position_s = second
            self.position_changed.emit(second)

    def _set_playing(self, is_playing: bool) -> None:
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            if is_playing:
                self._timer.start()
            else:
                self._timer.stop()
            self.playing_changed.emit(is_playing)
