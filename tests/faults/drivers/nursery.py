"""Run drivers as forks of this process, which has imported the whole program: a fault costs a fraction of a second.

    python nursery.py DRIVER...

Reads JSON lines. ``{"driver", "arguments", "variables", "out", "err"}`` runs ``main`` of ``drivers/DRIVER.py`` in a
fork with a process group of its own and is answered with ``{"pid"}``; ``{"wait": pid}`` is answered with ``{"status"}``
when that one has ended. ``out`` is a named pipe, ``err`` a file. The worker processes of a fork are its forks, too.
``FAULT_WHOSE`` among the variables says who suffers the shim's fault: ``parent``, ``worker`` or, without it, each.
"""

import ctypes
import importlib.util
import json
import multiprocessing
import os
import signal
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).parent
# No path has it in its name, so the shim counts nothing and does nothing.
NOWHERE = {"FAULT_MATCH": "/\n no such path \n/"}
_PR_SET_PDEATHSIG = 1


class Forking:
    """What ``workers.py`` asks multiprocessing for, with forks instead of fresh interpreters."""

    def __init__(self, orders):
        self._context = multiprocessing.get_context("fork")
        self._orders = orders
        self.Pipe = self._context.Pipe

    def Process(self, *, target, args, **options):  # noqa: N802 -- multiprocessing's name
        return self._context.Process(target=born, args=(self._orders, target, args), **options)


def born(orders, target, args):
    """Begin a worker's life under its own orders for the shim."""
    os.environ.update(orders)
    target(*args)


def loaded(name):
    """Import a driver."""
    spec = importlib.util.spec_from_file_location(f"driver_{name}", HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def live(module, request):
    """Be the fork: take on what was ordered and do it; returns the status."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    os.setpgid(0, 0)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(os.open(request["out"], os.O_WRONLY), 1)
    os.dup2(os.open(request["err"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 2)
    whose = request["variables"].pop("FAULT_WHOSE", "both")
    mine = NOWHERE if whose == "worker" else {}
    orders = NOWHERE if whose == "parent" else dict(request["variables"])
    os.environ.update({**request["variables"], **mine})
    context = Forking(orders)
    multiprocessing.get_context = lambda _=None: context
    try:
        status = module.main(*request["arguments"]) or 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 1
    except BaseException:  # noqa: BLE001 -- an interpreter would print it, too
        traceback.print_exc()
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return status


def main(names) -> None:
    """Fork when asked to, until there is nobody who asks."""
    modules = {name: loaded(name) for name in names}
    say({"ready": True})
    for line in sys.stdin:
        request = json.loads(line)
        if "wait" in request:
            _, status = os.waitpid(request["wait"], 0)
            say({"status": os.waitstatus_to_exitcode(status)})
            continue
        child = os.fork()
        if not child:
            os._exit(live(modules[request["driver"]], request))
        say({"pid": child})


def say(line) -> None:
    """Print one whole line at once."""
    os.write(1, (json.dumps(line) + "\n").encode())


if __name__ == "__main__":
    main(sys.argv[1:])
