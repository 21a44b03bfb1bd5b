"""Laws of playing, with a sound card that pulls when the test says so."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tagstudio.audio import ring as ring_module
from tagstudio.audio.playback import Player
from tagstudio.audio.soundcard import Pull
from tagstudio.domain.errors import TagStudioError

RATE = 8000
SECONDS = 6
LATENCY_S = 0.05


class Card:
    """A sound card without sound: it has no clock of its own, tests pull from it."""

    def __init__(self, *, refused: frozenset[int] = frozenset(), is_missing: bool = False) -> None:
        self.refused, self.is_missing = refused, is_missing
        self.opened: list[int] = []
        self.closed = 0
        self.latency_s, self.time_s = LATENCY_S, 0.0
        self.pull: Pull | None = None
        self.is_open = threading.Event()

    def check(self) -> None:
        if self.is_missing:
            raise TagStudioError("No sound device was found.", "Plug one in; everything else works.")

    def open(self, rate: int, pull: Pull) -> "Card":
        if rate in self.refused:
            raise TagStudioError(f"The sound device does not play at {rate} Hz.", "Choose another device.")
        self.opened.append(rate)
        self.pull = pull
        self.is_open.set()
        return self

    def close(self) -> None:
        self.closed += 1
        self.is_open.clear()

    def ticked(self) -> bool:
        """Pull a little, as a card goes on doing after the end; always true."""
        assert self.pull is not None
        self.pull(np.zeros((64, 2), np.float32), None)
        return True

    def take(self, frames: int) -> NDArray[np.float32]:
        """Pull what a card would pull, waiting for the decoder like a patient listener."""
        assert self.is_open.wait(20)
        assert self.pull is not None
        taken: list[NDArray[np.float32]] = []
        while frames > 0:
            samples = np.zeros((min(frames, 256), 2), np.float32)
            self.pull(samples, None)
            heard = np.flatnonzero(samples.any(axis=1))
            count = 0 if not heard.size else int(heard[-1]) + 1
            taken.append(samples[:count])
            frames -= count
        return np.concatenate(taken)


def until(claim: Callable[[], bool]) -> None:
    ending = time.monotonic() + 20
    tick = threading.Event()
    while not claim():
        assert time.monotonic() < ending
        tick.wait(0.005)


@pytest.fixture(scope="module")
def wave() -> NDArray[np.float32]:
    # Never zero, and different everywhere: silence and shifts show.
    return np.linspace(0.1, 0.9, RATE * SECONDS, dtype=np.float32)


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory, wave: NDArray[np.float32]) -> Path:
    file = tmp_path_factory.mktemp("played") / "track.wav"
    soundfile.write(file, wave, RATE, subtype="FLOAT")
    return file


@pytest.fixture
def card() -> Card:
    return Card()


@pytest.fixture
def player(card: Card, track: Path) -> Iterator[Player]:
    with Player(card) as opened:
        opened.load(track)
        yield opened


def test_nothing_touches_the_device_before_play(track: Path) -> None:
    with Player(Card(is_missing=True)) as player:
        player.load(track)
        player.seek(3.0)
        player.volume = 0.3
        player.pause()
        assert (player.position_s, player.is_playing, player.at_end, player.error) == (3.0, False, False, None)
        with pytest.raises(TagStudioError, match="No sound device was found") as caught:
            player.play()
        assert caught.value.advice
        assert (player.is_playing, player.position_s) == (False, 3.0)


def test_every_sample_is_played_in_order(player: Player, card: Card, wave: NDArray[np.float32]) -> None:
    player.play()
    np.testing.assert_array_equal(card.take(20_000)[:, 0], wave[:20_000])
    assert card.opened == [RATE]


def test_the_position_is_what_is_audible_now(player: Player, card: Card) -> None:
    player.play()
    card.take(8000)
    assert player.position_s == pytest.approx(1 - LATENCY_S, abs=1 / RATE)


def test_pause_keeps_the_position_and_play_goes_on_from_there(
    player: Player, card: Card, wave: NDArray[np.float32]
) -> None:
    player.play()
    card.take(8000)
    player.pause()
    position = player.position_s
    assert not player.is_playing
    until(lambda: card.closed == 1)
    player.play()
    np.testing.assert_array_equal(card.take(1000)[:, 0], wave[round(position * RATE) :][:1000])


@pytest.mark.parametrize("second", [0.0, 2.345, 5.9])
def test_seeking_plays_on_from_exactly_there(
    player: Player, card: Card, wave: NDArray[np.float32], second: float
) -> None:
    player.play()
    card.take(1000)
    player.seek(second)
    assert player.is_playing
    assert player.position_s == second
    until(lambda: card.closed == 1 and card.is_open.is_set())
    np.testing.assert_array_equal(card.take(500)[:, 0], wave[round(second * RATE) :][:500])


def test_seeking_while_silent_stays_silent(player: Player, card: Card) -> None:
    player.seek(2.0)
    assert (player.is_playing, player.position_s, card.opened) == (False, 2.0, [])


def test_many_hasty_seeks_end_at_the_last(player: Player, card: Card, wave: NDArray[np.float32]) -> None:
    player.play()
    for second in (1.0, 4.0, 2.0, 5.0, 3.0):
        player.seek(second)
    expected = wave[3 * RATE :][:500]
    until(lambda: card.is_open.is_set() and len(card.opened) == card.closed + 1 and player.is_playing)
    taken = card.take(500)[:, 0]
    np.testing.assert_array_equal(taken, expected)


def test_the_end_is_told_and_play_starts_again(player: Player, card: Card, wave: NDArray[np.float32]) -> None:
    player.seek(5.5)
    player.play()
    assert card.take(4000).shape == (4000, 2)
    until(lambda: card.ticked() and player.at_end)
    assert not player.is_playing
    until(lambda: card.closed == 1)
    assert player.position_s == pytest.approx(SECONDS, abs=1 / RATE)
    player.play()
    np.testing.assert_array_equal(card.take(100)[:, 0], wave[:100])


def test_seeking_past_the_end_ends_without_a_sound(player: Player) -> None:
    player.seek(100.0)
    player.play()
    until(lambda: player.at_end)
    assert player.error is None


def test_volume_changes_while_playing(player: Player, card: Card, wave: NDArray[np.float32]) -> None:
    player.volume = 7.0
    assert player.volume == 1.0
    player.play()
    card.take(100)
    player.volume = 0.5
    np.testing.assert_allclose(card.take(100)[:, 0], 0.5 * wave[100:200])


def test_a_refused_rate_is_played_at_another_one(track: Path, wave: NDArray[np.float32]) -> None:
    card = Card(refused=frozenset({RATE}))
    with Player(card) as player:
        player.load(track)
        player.play()
        taken = card.take(24_000)[:, 0]
        assert card.opened == [48_000]
        assert player.position_s == pytest.approx(0.5 - LATENCY_S, abs=0.001)
    np.testing.assert_allclose(taken[3000:20_000:6], wave[500:][: len(taken[3000:20_000:6])], atol=2e-3)


def test_a_device_that_refuses_everything_is_told(track: Path) -> None:
    card = Card(refused=frozenset({RATE, 44_100, 48_000}))
    with Player(card) as player:
        player.load(track)
        player.play()
        until(lambda: player.error is not None)
        assert "does not play at 8000 Hz" in str(player.error)
        assert not player.is_playing


def test_a_device_that_goes_away_is_told(player: Player, card: Card, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ring_module, "PATIENCE_S", 0.05)
    player.play()
    card.take(100)
    until(lambda: player.error is not None)
    assert "The sound device stopped playing" in str(player.error)
    assert not player.is_playing


def test_a_file_that_cannot_be_decoded_is_told(card: Card, tmp_path: Path) -> None:
    (tmp_path / "text.mp3").write_text("not audio\n" * 500)
    with Player(card) as player:
        player.load(tmp_path / "text.mp3")
        player.play()
        until(lambda: player.error is not None)
        assert "text.mp3" in str(player.error)
        assert card.opened == []


def test_another_file_starts_at_its_beginning(player: Player, card: Card, track: Path) -> None:
    player.play()
    card.take(1000)
    player.load(bytes(track))
    assert (player.is_playing, player.position_s) == (False, 0.0)


def test_closing_while_playing_leaves_nothing_behind(card: Card, track: Path) -> None:
    player = Player(card)
    player.load(track)
    player.play()
    card.take(100)
    player.close()
    assert card.closed == 1
    assert "tagstudio-playback" not in {thread.name for thread in threading.enumerate()}


def test_a_missing_library_is_one_sentence_too(track: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')\n")
    monkeypatch.delitem(sys.modules, "sounddevice", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    with Player() as player:
        player.load(track)
        with pytest.raises(TagStudioError, match="PortAudio is missing") as caught:
            player.play()
    assert "libportaudio2" in caught.value.advice


def test_a_machine_without_a_device_is_one_sentence_too(track: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class PortAudioError(Exception):
        pass

    def query_devices(kind: str) -> Any:
        raise PortAudioError(f"Error querying device -1 ({kind})")

    fake: Any = ModuleType("sounddevice")
    restarts: list[str] = []
    fake.PortAudioError, fake.query_devices = PortAudioError, query_devices
    fake._terminate, fake._initialize = lambda: restarts.append("end"), lambda: restarts.append("start")
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    with Player() as player:
        player.load(track)
        with pytest.raises(TagStudioError, match="No sound device was found"):
            player.play()
    assert restarts == ["end", "start"]  # it looked again for one that was plugged in
