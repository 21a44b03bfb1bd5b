"""Laws of decoding: every format, every place, and a sentence for everything that is not audio."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from tagstudio.audio.decode import open_audio
from tagstudio.audio.ffmpeg import FFmpegSource
from tagstudio.audio.libsndfile import SoundFileSource
from tagstudio.audio.sources import MOST_CHANNELS, Source
from tagstudio.domain.errors import DecodeError

from .conftest import RATE, SECONDS, Kind, encode, unique_music


def whole(source: Source) -> NDArray[np.float32]:
    return np.concatenate(list(source.blocks()))
