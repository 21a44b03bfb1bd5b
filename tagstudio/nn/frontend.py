"""The log-mel front end that all shipped networks were trained on."""

import torch
from torch import Tensor, nn

from tagstudio.nn import torchaudio_stub

torchaudio_stub.install()

from torchaudio.transforms import MelSpectrogram  # noqa: E402 -- after the stub

RATE = 16_000
N_FFT = 512
HOP_SAMPLES = 256
N_MELS = 96
COMPRESSION = 10_000.0
LARGEST_HALF = 65_504.0


class LogMel(nn.Module):
    """Waves to log-compressed mel power.

    Parameters
    ----------
    center : bool
        Whether to pad the ends by reflection; False where the wave is a window cut out of a padded file.

    References
    ----------
    Pons & Serra (2019), "musicnn: pre-trained convolutional neural networks for music audio tagging"; the settings are
    those of its package, which calls librosa 0.7: Slaney's mel scale and area norm, periodic Hann window.
    """

    def __init__(self, *, center: bool = False) -> None:
        super().__init__()
        self.power = MelSpectrogram(
            sample_rate=RATE,
            n_fft=N_FFT,
            hop_length=HOP_SAMPLES,
            n_mels=N_MELS,
            f_min=0.0,
            f_max=RATE / 2,
            power=2.0,
            center=center,
            pad_mode="reflect",
            norm="slaney",
            mel_scale="slaney",
        )

    def forward(self, waves: Tensor) -> Tensor:
        """Return the compressed spectrogram.

        Parameters
        ----------
        waves : Tensor, shape (batch, samples)
            Mono audio at 16 kHz, in [-1, 1].

        Returns
        -------
        Tensor, shape (batch, frames, 96)
            48,128 samples give 187 frames when not centred.
        """
        return compressed(self.power(waves).transpose(1, 2))  # (batch, frames, mels)


def compressed(power: Tensor) -> Tensor:
    """Return ``log10(10000 x + 1)`` of mel power rounded to half precision.

    The networks were trained on powers stored as float16; the logarithm is float32, in which 10,000 times the largest
    half does not overflow. Powers above that largest half are set to it.
    """
    return torch.log10(COMPRESSION * power.clamp(max=LARGEST_HALF).half().float() + 1.0)
