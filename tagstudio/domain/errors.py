"""Failures that reach a person: what happened, and what to do next."""

from pathlib import Path

from tagstudio.domain.tracks import shown


class TagStudioError(Exception):
    """A failure with a sentence for the person (`what`) and what to do next (`advice`)."""

    def __init__(self, what: str, advice: str = "") -> None:
        super().__init__(what, advice)
        self.what, self.advice = what, advice

    def __str__(self) -> str:
        return self.what


class DecodeError(TagStudioError):
    """A file exists but does not hold readable audio."""

    def __init__(self, path: Path | str, reason: str) -> None:
        name = shown(Path(path).name)
        super().__init__(
            f"“{name}” could not be decoded: {reason.rstrip('.')}.",
            "The file was skipped; re-encode it or remove it from the folder.",
        )
        self.path, self.reason = Path(path), reason

    def __reduce__(self) -> tuple[type["DecodeError"], tuple[Path, str]]:
        return DecodeError, (self.path, self.reason)


class WorkerError(TagStudioError):
    """A worker process died or took too long; the caller goes on without its answer.

    ``what`` is a sentence of its own; ``reason`` is the same as a clause about one file, as in ``DecodeError``.
    """

    def __init__(self, what: str, advice: str = "", *, reason: str = "") -> None:
        super().__init__(what, advice)
        self.reason = reason or what.rstrip(".")

    def __reduce__(self) -> tuple[object, ...]:
        # The last part brings the notes, where the traceback in the child is.
        return WorkerError, (self.what, self.advice), self.__dict__


class WriteRefusedError(TagStudioError):
    """A file is not written to, and is as it was; ``reason`` says why as a clause about it."""

    def __init__(self, reason: str, advice: str = "") -> None:
        super().__init__(f"The file was left as it is: {reason}.", advice)
        self.reason = reason

    def __reduce__(self) -> tuple[type["WriteRefusedError"], tuple[str, str]]:
        return WriteRefusedError, (self.reason, self.advice)


class LibraryError(TagStudioError):
    """The library cannot be opened, read or written; ``is_foreign`` when the file is something else."""

    is_foreign = False


class DamagedLibraryError(LibraryError):
    """A library is not what it was, or is gone while its backups are there; ``lacking`` judgements are in its mirror.

    It is left as it is; what can be offered instead: ``services/recovery.py``.
    """

    def __init__(self, what: str, advice: str = "", *, lacking: int = 0) -> None:
        super().__init__(what, advice)
        self.lacking = lacking

    def __reduce__(self) -> tuple[object, ...]:
        return _damaged, (self.what, self.advice, self.lacking)


def _damaged(what: str, advice: str, lacking: int) -> DamagedLibraryError:
    return DamagedLibraryError(what, advice, lacking=lacking)


class ModelError(TagStudioError):
    """A model is unknown, or its weights are missing or not what its card says."""


class QueryError(TagStudioError):
    """A search text cannot be understood; ``position`` is the offending character of ``query``, from 0."""

    def __init__(self, what: str, advice: str = "", *, position: int = 0) -> None:
        super().__init__(what, advice)
        self.position = position
        self.query = ""  # whoever was given the whole text fills it in

    def __reduce__(self) -> tuple[object, ...]:
        return _query_error, (self.what, self.advice, self.position), self.__dict__


def _query_error(what: str, advice: str, position: int) -> QueryError:
    return QueryError(what, advice, position=position)


class NameTakenError(TagStudioError):
    """Something else has the name already."""


class NothingFoundError(TagStudioError):
    """A track, tag or batch that was asked for does not exist."""


def reason_of(error: TagStudioError) -> str:
    """Return why something failed as a clause about one file, without a full stop."""
    reason = getattr(error, "reason", "") or error.what
    return str(reason).rstrip(".")
