"""The log-mel front end: windows of a file are what the whole file gives at the same place."""

import numpy as np
import torch

from tagstudio.nn.frontend import LogMel, compressed


def test_a_window_has_187_frames_of_96_mels() -> None:
    assert LogMel()(torch.zeros(2, 48_128)).shape == (2, 187, 96)


def test_windows_of_the_padded_file_equal_the_centred_spectrogram_of_the_file() -> None:
    wave = torch.from_numpy(np.random.default_rng(0).standard_normal(3 * 47_872 + 5_000).astype(np.float32) * 0.1)
    whole = LogMel(center=True)(wave[None])[0]
    padded = torch.nn.functional.pad(wave[None], (256, 256), mode="reflect")[0]
    windows = padded.unfold(0, 48_128, 47_872)
    assert len(windows) == len(whole) // 187 == 3
    assert torch.allclose(LogMel()(windows).flatten(0, 1), whole[: 3 * 187], atol=2e-3)  # one step of a half


def test_silence_is_zero_and_the_loudest_sound_stays_finite() -> None:
    assert not LogMel()(torch.zeros(1, 48_128)).any()
    loud = compressed(torch.tensor([1e3, 65_504.0, 1e9, torch.inf]))
    assert torch.isfinite(loud).all()
    assert (loud.diff() >= 0).all()


def test_power_is_rounded_to_half_precision_as_in_training() -> None:
    power = torch.tensor([1.0, 1.0004, 0.3333333])
    rounded = torch.from_numpy(power.numpy().astype(np.float16).astype(np.float32))
    assert torch.equal(compressed(power), torch.log10(10_000 * rounded + 1))


def test_slaney_filters_have_equal_area() -> None:
    bank = LogMel().power.mel_scale.fb  # (bins, mels)
    area = bank.sum(0) * (16_000 / 512)
    assert torch.allclose(area[60:], torch.ones(36), atol=0.02)  # the narrow low ones hold too few bins to tell
