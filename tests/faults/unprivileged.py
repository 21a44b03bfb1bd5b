"""Run a command without any capability, so that file modes hold even for root.

A script of its own: ``python -I unprivileged.py COMMAND ...``. The user stays the same, who owns the interpreter.
"""

import ctypes
import os
import sys

PR_CAPBSET_DROP = 24
CAPABILITIES = 64


def main() -> None:
    """Empty the bounding set, then become the command: whoever is root then gets no capabilities."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    if os.geteuid() == 0:
        for number in range(CAPABILITIES):
            prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
