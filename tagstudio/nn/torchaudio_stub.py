"""Import torchaudio's transforms without its compiled extension.

The extension of the published wheel is linked against CUDA libraries, which a CPU-only torch does not have; the
transforms are pure Python. A stand-in for the module that loads the extension lets them be imported everywhere.
"""

import sys
from collections.abc import Callable
from types import ModuleType

NAME = "torchaudio._extension"


class _Extension(ModuleType):
    _IS_TORCHAUDIO_EXT_AVAILABLE = False
    _IS_ALIGN_AVAILABLE = False

    @staticmethod
    def fail_if_no_align(function: Callable[..., object]) -> Callable[..., object]:
        """Decorate as the real one does; forced alignment is not for us."""
        return function


def install() -> None:
    """Put the stand-in in place; call it before the first import of torchaudio."""
    sys.modules.setdefault(NAME, _Extension(NAME))
