"""Random numbers that a counter names, and draws from distributions, by arithmetic that is the same on every machine.

No state is kept between draws: a number depends on its key, line and coordinate alone, so that threads change nothing.
The C library's logarithms and exponentials differ in their last bits between machines; here are +, −, ×, ÷, √ only.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels import compiled

_STEP, _MIX_1, _MIX_2 = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_A30, _A27, _A31, _A12, _LAYER, _SIGN = (np.uint64(number) for number in (30, 27, 31, 12, 255, 256))
_LN_2, _ROOT_HALF = 0.6931471805599453, 0.7071067811865476

_LAYERS = 256
_TAIL, _TAIL_HEIGHT, _AREA = 3.6541528853610088, 0.001260285930498598, 0.004928673233974658
"""Under exp(−x² / 2), x > 0: where the tail of the lowest layer begins, the height there, and the area of each."""

_LATE, _LATE_HEIGHT, _LATE_AREA = 7.697117470131487, 0.000454134353841497, 0.0039496598225815572
"""The same under exp(−x)."""

_SPLIT = 0.7
"""Standard deviations that the cut lies above the mean, from which exponential draws are quicker than normal ones."""


@compiled
def mixed(bits: Any) -> Any:
    """Return 64 well-mixed bits of 64 bits: the finalizer of SplitMix64 (Steele, Lea & Flood 2014)."""
    bits = (bits ^ (bits >> _A30)) * _MIX_1
    bits = (bits ^ (bits >> _A27)) * _MIX_2
    return bits ^ (bits >> _A31)


@compiled
def key_of(key: Any, number: int) -> Any:
    """Return the key of a stream of its own, named by a number (0 or more) below another key."""
    return mixed((key ^ np.uint64(number)) + _STEP)


@compiled
def uniform(key: Any, number: int) -> float:
    """Return a number between 0 and 1, neither of them, of 52 random bits."""
    return (np.float64(key_of(key, number) >> _A12) + 0.5) * 2.0**-52


def _logarithm(x: float) -> float:
    """Return the natural logarithm of a number above 0, within 1e-15 of the larger of 1 and itself.

    With x = f 2^e and s = (f − 1) / (f + 1) it is e ln 2 + 2 (s + s³/3 + s⁵/5 + …), f being between √½ and √2.
    """
    fraction, exponent = math.frexp(x)
    if fraction < _ROOT_HALF:
        fraction, exponent = 2.0 * fraction, exponent - 1
    s = (fraction - 1.0) / (fraction + 1.0)
    square, series = s * s, 0.0
    for odd in range(21, 0, -2):
        series = series * square + 1.0 / odd
    return exponent * _LN_2 + 2.0 * s * series


logarithm = compiled(_logarithm)


def _layers(tail: float, height: float, area: float, width: Callable[[float], float]) -> tuple[Any, Any]:
    """Return how wide each layer is and where it begins, both of shape (layers + 1,), the lowest first.

    `width` is that of the density at a height. The lowest layer is as wide as if it were a rectangle too; past the
    highest, the width is 0 and the height 1.
    """
    widths, heights = np.zeros(_LAYERS + 1), np.ones(_LAYERS + 1)
    widths[:2], heights[:2] = (area / height, tail), (0.0, height)
    for layer in range(2, _LAYERS):
        heights[layer] = heights[layer - 1] + area / widths[layer - 1]
        widths[layer] = width(heights[layer])
    return widths, heights


_WIDTHS, _HEIGHTS = _layers(_TAIL, _TAIL_HEIGHT, _AREA, lambda height: math.sqrt(-2.0 * _logarithm(height)))
_SPANS, _STEPS = _layers(_LATE, _LATE_HEIGHT, _LATE_AREA, lambda height: -_logarithm(height))


@compiled
def normal(key: Any, number: int) -> float:
    """Return a draw from the standard normal distribution, by a ziggurat (Marsaglia & Tsang 2000)."""
    bits = np.uint64(key_of(key, number))
    while True:
        layer = np.int64(bits & _LAYER)
        x = (np.float64(bits >> _A12) + 0.5) * 2.0**-52 * _WIDTHS[layer]
        if x < _WIDTHS[layer + 1]:
            break
        if layer == 0:
            x = _TAIL + _beyond(bits, _TAIL)
            break
        height = _HEIGHTS[layer] + uniform(bits, 0) * (_HEIGHTS[layer + 1] - _HEIGHTS[layer])
        if -2.0 * logarithm(height) > x * x:
            break
        bits = np.uint64(key_of(bits, 1))
    return float(-x if bits & _SIGN else x)


@compiled
def exponential(key: Any, number: int) -> float:
    """Return a draw from the exponential distribution of mean 1, by a ziggurat."""
    bits, low = np.uint64(key_of(key, number)), 0.0
    while True:
        layer = np.int64(bits & _LAYER)
        x = (np.float64(bits >> _A12) + 0.5) * 2.0**-52 * _SPANS[layer]
        if x < _SPANS[layer + 1]:
            return float(low + x)
        if layer == 0:
            low += _LATE
        elif -logarithm(_STEPS[layer] + uniform(bits, 0) * (_STEPS[layer + 1] - _STEPS[layer])) > x:
            return float(low + x)
        bits = np.uint64(key_of(bits, 1))


@compiled
def _beyond(key: Any, low: float) -> float:
    """Return how far beyond `low`, above 0, a standard normal draw lies that is not below it.

    By rejection of exponential draws (Robert 1995).
    """
    rate = (low + math.sqrt(low * low + 4.0)) / 2.0
    number = 0
    while True:
        beyond = exponential(key, number) / rate
        if 2.0 * exponential(key, number + 1) >= (low + beyond - rate) ** 2:
            return beyond
        number += 2


@compiled
def positive_normal(key: Any, mean: float) -> float:
    """Return a draw from the normal distribution of this mean and variance 1, cut off below 0.

    By rejection of normal draws, or half-normal ones where the mean is below 0, unless it is far below.
    """
    if -mean > _SPLIT:
        return _beyond(key, -mean)
    number, x = 0, -1.0
    while x < 0.0:
        z = normal(key, number)
        x = mean + (z if mean > 0.0 else abs(z))
        number += 1
    return x


@compiled
def gamma(key: Any, shape: float, rate: float) -> float:
    """Return a draw from the gamma distribution of a shape of 1 or more (Marsaglia & Tsang 2000)."""
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    number = 0
    while True:
        z = normal(key, number)
        root = 1.0 + c * z
        if root > 0.0:
            v = root * root * root
            if logarithm(uniform(key, number + 1)) < 0.5 * z * z + d - d * v + d * logarithm(v):
                return d * v / rate
        number += 2
