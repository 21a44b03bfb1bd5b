"""Errors cross process borders whole: `what`, `advice` and what else they carry."""

import pickle
from pathlib import Path

import pytest

from tagstudio.domain.errors import (
    DecodeError,
    LibraryError,
    ModelError,
    NothingFoundError,
    QueryError,
    TagStudioError,
    WorkerError,
    reason_of,
)

PLAIN = [TagStudioError, WorkerError, LibraryError, ModelError, NothingFoundError]


@pytest.mark.parametrize("kind", PLAIN)
def test_an_error_reads_as_its_sentence_and_survives_pickling(kind):
    error = pickle.loads(pickle.dumps(kind("It broke.", "Mend it.")))
    assert type(error) is kind
    assert (str(error), error.what, error.advice) == ("It broke.", "It broke.", "Mend it.")


def test_a_decode_error_names_the_file_not_its_folder_and_survives_pickling():
    error = pickle.loads(pickle.dumps(DecodeError(Path("/music/a/b.mp3"), "no audio stream.")))
    assert error.what == "“b.mp3” could not be decoded: no audio stream."
    assert error.path == Path("/music/a/b.mp3")
    assert error.reason == "no audio stream."
    assert error.advice


def test_a_worker_error_is_a_sentence_and_a_clause_and_keeps_both_over_pickling():
    error = WorkerError("A helper process ended.", "Try again.", reason="its reader ended")
    error.add_note("where")
    error = pickle.loads(pickle.dumps(error))
    assert (error.what, error.advice, error.reason) == ("A helper process ended.", "Try again.", "its reader ended")
    assert error.__notes__ == ["where"]
    assert WorkerError("It broke.").reason == "It broke"


def test_a_query_error_keeps_its_position_over_pickling():
    error = pickle.loads(pickle.dumps(QueryError("Unknown field.", "Use title.", position=7)))
    assert (error.what, error.advice, error.position) == ("Unknown field.", "Use title.", 7)


def test_every_error_of_ours_is_a_tagstudio_error():
    assert all(issubclass(kind, TagStudioError) for kind in [*PLAIN, DecodeError, QueryError])


def test_a_reason_follows_a_colon_and_has_no_full_stop():
    assert reason_of(DecodeError(Path("/music/b.mp3"), "no audio stream.")) == "no audio stream"
    assert reason_of(LibraryError("The disk is full.", "Free some space.")) == "The disk is full"
