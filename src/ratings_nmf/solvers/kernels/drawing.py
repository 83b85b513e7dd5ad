"""Random numbers that a counter names, and draws from distributions, by arithmetic that is the same on every machine.

No state is kept between draws: a number depends on its key, line and coordinate alone, so that threads change nothing.
The C library's logarithms and exponentials differ in their last bits between machines; here are +, −, ×, ÷, √ only.
Normal draws are quantiles of a uniform one, found without a branch, so that a plain loop draws several side by side.
"""

import math
from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels import compiled, inlined

_STEP, _MIX_1, _MIX_2 = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_A30, _A27, _A31, _A12 = (np.uint64(number) for number in (30, 27, 31, 12))
_LN_2, _FRACTION_BITS = 0.6931471805599453, np.int64(52)
_ROOT_HALF = np.float64(0.7071067811865476).view(np.int64)

_T1, _T2, _T3, _T4 = 0.049867988813532944, 0.021135659580931287, 0.003291188803548614, 2.441581162331938e-05
_T5, _T6, _T7, _T8 = 5.336646650177786e-05, 6.449801976995872e-06, -9.259900646342106e-07, 1.4246272608315114e-07
"""1 + _T1 x + … + _T8 x⁸ is (2 P)^(−1/16), P being how likely a standard normal draw is above x, from 0 to `_FAR`."""

_N0, _N1, _N2 = 1.5707964144641031, 0.40036965008287323, 0.07773506564046039
_N3, _N4, _N5 = 0.009220273005252064, 0.0006321021243442284, 1.0329761717747543e-05
_D1, _D2, _D3 = 0.23128559057846612, 0.04455574018347513, 0.005093085087081484
_D4, _D5 = 0.00032924452325223356, 5.175240853301228e-06
"""(_N0 + … + _N5 w⁵) / (1 + … + _D5 w⁵) is x² / w, w being −log(4 P (1 − P)), from 0 to 49, of which x is 9.8."""

_FAR = 4.0
"""Standard deviations that the cut lies above the mean, from which a share of what is above says too little."""


@inlined
def mixed(bits: Any) -> Any:
    """Return 64 well-mixed bits of 64 bits: the finalizer of SplitMix64 (Steele, Lea & Flood 2014)."""
    bits = (bits ^ (bits >> _A30)) * _MIX_1
    bits = (bits ^ (bits >> _A27)) * _MIX_2
    return bits ^ (bits >> _A31)


@inlined
def key_of(key: Any, number: int) -> Any:
    """Return the key of a stream of its own, named by a number (0 or more) below another key."""
    return mixed((key ^ np.uint64(number)) + _STEP)


@inlined
def uniform(key: Any, number: int) -> float:
    """Return a number between 0 and 1, neither of them, of 52 random bits."""
    return (np.float64(np.int64(key_of(key, number) >> _A12)) + 0.5) * 2.0**-52


@inlined
def logarithm(x: float) -> float:
    """Return the natural logarithm of a normal number above 0, within 1e-10 of itself and near 1 of x − 1.

    With x = f 2^e and s = (f − 1) / (f + 1) it is e ln 2 + 2 (s + s³/3 + s⁵/5 + …), f being between √½ and √2.
    """
    bits = np.float64(x).view(np.int64)
    exponent = (bits - _ROOT_HALF) >> _FRACTION_BITS
    fraction = np.int64(bits - (exponent << _FRACTION_BITS)).view(np.float64)
    s = (fraction - 1.0) / (fraction + 1.0)
    q = s * s
    series = 1.0 + q * (1 / 3 + q * (1 / 5 + q * (1 / 7 + q * (1 / 9 + q * (1 / 11 + q / 13)))))
    return np.float64(exponent) * _LN_2 + 2.0 * s * series


@inlined
def _share_above(x: float) -> float:
    """Return how likely a standard normal draw is above x, 0 or more: within 1e-7 of it up to `_FAR`, of 1 beyond."""
    y = _T1 + x * (_T2 + x * (_T3 + x * (_T4 + x * (_T5 + x * (_T6 + x * (_T7 + x * _T8))))))
    y = 1.0 + x * y
    y = y * y
    y = y * y
    y = y * y
    return 0.5 / (y * y)


@inlined
def _quantile(share: float) -> float:
    """Return the number that a standard normal draw is above with this probability, within 1e-7 of itself."""
    w = -logarithm(4.0 * share * (1.0 - share))
    above = _N0 + w * (_N1 + w * (_N2 + w * (_N3 + w * (_N4 + w * _N5))))
    below = 1.0 + w * (_D1 + w * (_D2 + w * (_D3 + w * (_D4 + w * _D5))))
    x = math.sqrt(w * above / below)
    return x if share < 0.5 else -x


@inlined
def normal(key: Any, number: int) -> float:
    """Return a draw from the standard normal distribution."""
    return _quantile(uniform(key, number))


@inlined
def exponential(key: Any, number: int) -> float:
    """Return a draw from the exponential distribution of mean 1."""
    return -logarithm(uniform(key, number))


@inlined
def _beyond(low: float, surprise: float) -> float:
    """Return how far beyond `low`, at least `_FAR`, a standard normal draw lies that comes from an exponential one.

    From `low` on the hazard h, density by the probability of what is above, has to add up to `surprise`. At x it is
    x + 1 / (x + 2 / (x + 3 / …)), its derivative h (h − x), and nearly straight: a parabola's root, and a step by two
    derivatives more. The probability of less differs by at most 2e-6.
    """
    above, below = low, 1.0
    for k in (6.0, 5.0, 4.0, 3.0, 2.0):
        above, below = low * above + k * below, above
    excess = below / above
    hazard = low + excess
    first = hazard * excess
    second = first * (hazard + excess) - hazard
    third = second * (hazard + excess) + 2.0 * first * (first - 1.0)
    x = 2.0 * surprise / (hazard + math.sqrt(hazard * hazard + 2.0 * first * surprise))
    return x - x * x * x * (second + third * x / 4.0) / (6.0 * (hazard + first * x))


@inlined
def is_far(mean: float) -> bool:
    """Return whether a mean is too far below 0 for `near_normal`."""
    return mean < -_FAR


@inlined
def near_normal(key: Any, number: int, mean: float) -> float:
    """Return a draw as `positive_normal` does, of a mean that is not far below 0."""
    above = _share_above(abs(mean))
    return max(mean + _quantile(uniform(key, number) * (above if mean < 0.0 else 1.0 - above)), 0.0)


@inlined
def positive_normal(key: Any, number: int, mean: float) -> float:
    """Return a draw from the normal distribution of this mean and variance 1, cut off below 0."""
    far = _beyond(max(-mean, _FAR), exponential(key, number))
    return far if is_far(mean) else near_normal(key, number, mean)


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
