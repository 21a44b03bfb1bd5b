"""Slaney's mel scale: the frequency axis of what the networks see and of what the window draws.

References
----------
Slaney (1998), Auditory Toolbox, technical report 1998-010, "mfcc".
"""

from typing import overload

import numpy as np
from numpy.typing import NDArray

# Linear below 1 kHz (three mels per 200 Hz), logarithmic above (27 steps per factor 6.4).
_LINEAR_HZ, _LINEAR_MELS, _STEP = 1000.0, 15.0, np.log(6.4) / 27


def hz_to_mel(hz: float) -> float:
    """Return the mel of a frequency."""
    return 3 * hz / 200 if hz < _LINEAR_HZ else _LINEAR_MELS + float(np.log(hz / _LINEAR_HZ) / _STEP)


@overload
def mel_to_hz(mel: float) -> float: ...


@overload
def mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]: ...


def mel_to_hz(mel: float | NDArray[np.float64]) -> float | NDArray[np.float64]:
    """Return the frequency of a mel, or of each of an array."""
    hz: NDArray[np.float64] = np.where(
        np.less(mel, _LINEAR_MELS), 200 * np.asarray(mel) / 3, _LINEAR_HZ * np.exp(_STEP * (mel - _LINEAR_MELS))
    )
    return hz if isinstance(mel, np.ndarray) else float(hz)
