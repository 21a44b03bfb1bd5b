"""V4: files that never answer cost their own time and nobody else's."""

import os
import time
from pathlib import Path

import pytest
from harness import check, sha256s_of, tracks_of, write_tones

from tagstudio.audio.listening import EAR_LIMITS, Ear
from tagstudio.domain.errors import TagStudioError
from tagstudio.workers import WorkerPool

pytestmark = pytest.mark.slow


def test_v4_a_pipe_behind_a_link_holds_up_neither_scan_nor_analysis(children, tmp_path, record):
    music, library = tmp_path / "music", tmp_path / "library.sqlite3"
    write_tones(music, 4, seconds=1)
    audio = sha256s_of(music)
    os.mkfifo(tmp_path / "pipe")
    (music / "a link.mp3").symlink_to(tmp_path / "pipe")
    os.mkfifo(music / "pipe.flac")
    wrong = []
    for arguments in (["scan", music], ["analyse", "--excerpts", "1", "--model", "mtt-vgg"]):
        done = children.run(arguments, library=library, timeout_s=120)
        wrong += [] if done.returncode == 0 else [done.stderr[-500:]]
    wrong += check(library, audio=audio)
    if len(tracks_of(library)) != 4:
        wrong.append(f"{len(tracks_of(library))} tracks")
    record("V4", "pipes among the files, in place and behind a link", n=2, violations=wrong)


def test_v4_a_track_that_turned_into_a_pipe_is_refused_at_once_and_the_others_are_heard(tmp_path, record):
    files = [os.fsencode(file) for file in write_tones(tmp_path / "music", 4, seconds=1)]
    Path(os.fsdecode(files[1])).unlink()
    os.mkfifo(files[1])
    began = time.monotonic()
    with WorkerPool(2, Ear, limits=EAR_LIMITS) as pool:
        answers = dict(pool.unordered("hear", ((each, (each, 1)) for each in files), timeout_s=lambda _: 30.0))
    wrong = [each for each in files if isinstance(answers[each], TagStudioError) != (each == files[1])]
    assert time.monotonic() - began < 60
    record("V4", "a track that turned into a pipe", n=1, violations=wrong)
