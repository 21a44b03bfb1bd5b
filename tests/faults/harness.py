"""How the fault tests work, and all their tools in one place.

The plan is section 5 of ``../shared/RELIABILITY.md``. Each test injects one kind of fault into the real program in a
process of its own and then lets ``checker.py``, which does not know the program, look at what is left.

Import from here: ``from harness import full, times, check, tracks_of, sha256s_of, ...`` (``conftest.py`` puts this
folder on the path). Fixtures: ``shim``, ``children``, ``record``, ``small_disk``.

Faults at system calls (``shim.py``)
    ``shim.count(attempt, match)`` runs ``attempt(variables)`` once without a fault and counts its write, fsync,
    rename, unlink, ... calls on paths that contain ``match``. ``shim.sweep(attempt, match, kinds=..., limit=...)``
    then runs it once per fault point and yields ``(fault, what attempt returned)``: all points when there are at most
    ``limit``, else a seeded sample; without ``TAGSTUDIO_FAULTS=full`` at most ``short`` per kind. ``attempt`` makes
    a fresh copy of what it works on, starts a child with ``variables`` in its environment, and waits for it::

        def attempt(variables):
            work = fresh_copy()
            return work, children.run(["export", work / "out.csv"], library=work / "l.sqlite3", variables=variables)

        for fault, (work, done) in shim.sweep(attempt, "out.csv"):
            violations += check(work / "l.sqlite3", exports={work / "out.csv": [OLD, NEW]})

    Kinds: "kill" (before the call), "half" (half of a write, then dead), "enospc" and "eio" (that call and all later
    ones fail), "short" (one write is cut short). Every process of the child counts for itself. What a process wrote
    through C's stdio, or opened with O_TRUNC, is not counted. A killed child exits with 137.

Checks (``checker.py``, called through ``check`` in ``checks.py``)
    ``check(library, acks=..., tracks=..., audio=..., exports=..., temps=..., backups=..., batch_rows=...)`` returns
    the list of violations, each ``{"invariant": "I1", "what": ...}``; empty is good. It looks at a copy of the
    library and its journal, so it changes nothing. ``tracks_of(library)`` and ``sha256s_of(folder)`` take the
    snapshots that it compares with. Call it *before* the next start of the program, and again after it.

Children (``children.py``)
    ``children.run([...])`` runs a command of the program to its end, ``children.start([...])`` starts one, both with
    a home of their own; ``children.driver("judge", ...)`` starts a program of ``drivers/``. ``children.kill(child)``
    is ``kill -9`` for the whole process group; ``acknowledged(child_output)`` reads what a driver acknowledged.
    ``unprivileged=True`` takes every capability from the child: even for root, file modes then hold.

Forks (``nursery.py``)
    ``nest = nursery("write", "command", shim=shim)`` imports those drivers once; ``nest.run("write", ...)`` and
    ``nest.command("scan", folder, library=file)`` then run them in forks, workers included: ten times quicker than
    fresh interpreters, which is what sweeps of hundreds of faults need. ``FAULT_WHOSE`` picks ``parent`` or ``worker``.

Disks (``disks.py``)
    ``small_disk(kilobytes)`` mounts a tmpfs; ``fill(folder, leave_kb=4)`` leaves that much of it free.

Counts (``counts.py``)
    ``times(5, 200)`` is 5, and 200 under ``TAGSTUDIO_FAULTS=full``; ``full()`` tells which. With
    ``TAGSTUDIO_FAULTS_PART=0.1`` as well it is 20, and the table says so.
    End a test with ``record("K3", "kill -9 while judging", n=..., violations=[...])``: it adds a line to
    ``results/`` for ``report.py`` and fails the test when there are violations. n is how many faults really hit.
"""

from checks import check, sha256s_of, times_of, tracks_of, violations_text
from children import REPOSITORY, Child, Children, acknowledged
from counts import Record, full, times
from disks import fill
from shim import KINDS, Fault, Shim
from tones import write_tones
from torture import Entry, Torture, make_torture, shared_tools

__all__ = [
    "KINDS",
    "REPOSITORY",
    "Child",
    "Children",
    "Entry",
    "Fault",
    "Record",
    "Shim",
    "Torture",
    "acknowledged",
    "check",
    "fill",
    "full",
    "make_torture",
    "sha256s_of",
    "shared_tools",
    "times",
    "times_of",
    "tracks_of",
    "violations_text",
    "write_tones",
]
