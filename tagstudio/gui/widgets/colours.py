"""Colour ramps for pictures of numbers: even steps of lightness, quiet values melt into the background."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

STEPS = 256
# Lightness from and to, chroma at the quiet end and at its height, and the hues on the way, in degrees: OKLCh.
_RAMPS = {
    ("sound", True): (0.235, 0.96, 0.02, 0.17, (285.0, 320.0, 385.0, 425.0, 465.0)),
    ("sound", False): (1.0, 0.26, 0.0, 0.17, (465.0, 425.0, 385.0, 320.0, 285.0)),
    ("score", True): (0.265, 0.93, 0.02, 0.13, (265.0, 250.0, 225.0, 195.0)),
    ("score", False): (0.985, 0.38, 0.0, 0.14, (220.0, 240.0, 255.0, 265.0)),
}
# OKLab to cone responses, and those to linear sRGB.
_TO_CONES = np.array(
    [[1.0, 0.3963377774, 0.2158037573], [1.0, -0.1055613458, -0.0638541728], [1.0, -0.0894841775, -1.2914855480]]
)
_TO_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


@lru_cache
def ramp(name: str, *, is_dark: bool) -> NDArray[np.uint8]:
    """Return the colours of a ramp, shape (256, 3), sRGB: ``sound`` for spectrograms, ``score`` for tags over time.

    Lightness is linear in the value, so equal steps look equal; on a light background larger values are darker.
    Chroma is lowered where sRGB cannot show it.

    References
    ----------
    Ottosson (2020), "A perceptual color space for image processing" (OKLab and its matrices).
    """
    start, end, quiet, chroma, hues = _RAMPS[name, is_dark]
    place = np.linspace(0.0, 1.0, STEPS)
    lightness = start + (end - start) * place
    hue = np.interp(place, np.linspace(0.0, 1.0, len(hues)), hues)
    wanted = quiet + (chroma - quiet) * np.sin(np.pi * place**1.2 * 0.85) ** 0.8  # highest at two thirds
    shown = _encoded(_linear(lightness, _shown_chroma(lightness, wanted, hue), hue))
    shown.flags.writeable = False
    return shown


@lru_cache
def table(name: str, *, is_dark: bool) -> tuple[int, ...]:
    """Return a ramp as Qt's colour table of an 8 bit picture: 256 numbers 0xffRRGGBB."""
    return tuple(0xFF000000 | int(r) << 16 | int(g) << 8 | int(b) for r, g, b in ramp(name, is_dark=is_dark))


@lru_cache
def is_bright(name: str, step: int, *, is_dark: bool) -> bool:
    """Whether text on this step of a ramp should be dark."""
    red, green, blue = (_decoded(int(value)) for value in ramp(name, is_dark=is_dark)[step])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18


def lightness(colours: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Return the OKLab lightness of sRGB colours, shape (n, 3), as (n,) in [0, 1]."""
    linear = np.vectorize(_decoded, otypes=[np.float64])(colours)
    cones = np.cbrt(linear @ np.linalg.inv(_TO_RGB).T)
    return np.asarray(cones @ np.linalg.inv(_TO_CONES)[0])


def _linear(
    lightness: NDArray[np.float64], chroma: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    angle = np.deg2rad(hue)
    lab = np.stack([lightness, chroma * np.cos(angle), chroma * np.sin(angle)], axis=1)
    return np.asarray((lab @ _TO_CONES.T) ** 3 @ _TO_RGB.T)


def _shown_chroma(
    lightness: NDArray[np.float64], wanted: NDArray[np.float64], hue: NDArray[np.float64]
) -> NDArray[np.float64]:
    # Bisection for the largest share of the wanted chroma that sRGB can show.
    low, high = np.zeros_like(wanted), np.ones_like(wanted)
    for _ in range(20):
        middle = (low + high) / 2
        rgb = _linear(lightness, wanted * middle, hue)
        fits = ((rgb >= 0.0) & (rgb <= 1.0)).all(axis=1)
        low, high = np.where(fits, middle, low), np.where(fits, high, middle)
    return wanted * low


def _encoded(linear: NDArray[np.float64]) -> NDArray[np.uint8]:
    clipped = np.clip(linear, 0.0, 1.0)
    srgb = np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)
    return np.asarray(np.round(255 * srgb), np.uint8)


def _decoded(value: int) -> float:
    share = value / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
