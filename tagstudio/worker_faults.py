"""What can go wrong with a worker, as errors for the person: a sentence, and a clause about the file being read."""

import logging
import signal
import traceback

from tagstudio.domain.errors import TagStudioError, WorkerError

log = logging.getLogger(__name__)

ADVICE = "Try again; details are in the log."


def late(allowed_s: float) -> WorkerError:
    """Return the error of a child that was ended because it took too long."""
    took = f"took longer than {allowed_s:.0f} s"
    return WorkerError(f"A helper process {took} and was ended.", ADVICE, reason=f"it {took}")


def is_late(answer: object) -> bool:
    """Tell whether an answer is the error of a child that took too long."""
    return isinstance(answer, WorkerError) and answer.reason.startswith("it took longer than")


def died(code: int | None) -> WorkerError:
    """Return the error of a child that ended by itself, or was killed, with this exit code."""
    ending = _ending(code)
    return WorkerError(
        f"A helper process ended unexpectedly ({ending}).",
        ADVICE,
        reason=f"the process reading it ended ({ending})",
    )


def garbled() -> WorkerError:
    """Return the error of a child whose answer makes no sense."""
    return WorkerError(
        "A helper process gave an answer that makes no sense and was ended.",
        ADVICE,
        reason="the process reading it gave an answer that makes no sense",
    )


def portable(error: Exception) -> Exception:
    """Return what the child tells its parent of an exception; every error of ours goes as it is."""
    if isinstance(error, TagStudioError):
        return error
    if isinstance(error, MemoryError):
        what, reason = "A helper process needed more memory than it may use.", "it needs more memory than it may use"
    else:
        fault = f"an unexpected fault ({type(error).__name__}: {error})"
        what, reason = f"A helper process met {fault}.", f"its reader met {fault}"
    told = WorkerError(what, ADVICE, reason=reason)
    # The log is the parent's.
    told.add_note("".join(traceback.format_exception(error)))
    return told


def logged(error: Exception) -> Exception:
    """Write a fault of the process to the log, and return it; what a file lacks is for the caller to tell."""
    if isinstance(error, WorkerError):
        log.warning("%s", "\n".join([error.what, *getattr(error, "__notes__", ())]))
    return error


def _ending(code: int | None) -> str:
    if code is None or code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"
