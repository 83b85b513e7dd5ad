"""Random numbers that a counter names, and draws from distributions, by arithmetic that is the same on every machine.

No state is kept between draws: a number depends on its key, line and coordinate alone, so that threads change nothing.
The C library's logarithms and exponentials differ in their last bits between machines; here are +, −, ×, ÷, √ only.
"""

import math
from typing import Any

import numpy as np

from ratings_nmf.solvers.kernels import compiled

_STEP, _MIX_1, _MIX_2 = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))
_A30, _A27, _A31, _A12 = (np.uint64(number) for number in (30, 27, 31, 12))
_LN_2, _ROOT_HALF = 0.6931471805599453, 0.7071067811865476

_MIDDLE_TOP = (
    2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
    13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
)  # fmt: skip
_MIDDLE_BOTTOM = (
    5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
    5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0,
)  # fmt: skip
_SIDE_TOP = (
    7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
    3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
)  # fmt: skip
_SIDE_BOTTOM = (
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0,
)  # fmt: skip
_END_TOP = (
    2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
    0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
)  # fmt: skip
_END_BOTTOM = (
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0,
)  # fmt: skip


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


@compiled
def logarithm(x: float) -> float:
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


@compiled
def logarithms(numbers: Any) -> Any:
    """Return the natural logarithms of numbers above 0, shape (numbers,)."""
    results = np.empty(numbers.size)
    for place in range(numbers.size):
        results[place] = logarithm(numbers[place])
    return results


@compiled
def _polynomial(coefficients: Any, x: float) -> float:
    """Return the polynomial of these coefficients, the highest first (Horner)."""
    value = 0.0
    for coefficient in coefficients:
        value = value * x + coefficient
    return value


@compiled
def normal_quantile(p: float) -> float:
    """Return z with P(Z ≤ z) = p of a standard normal Z, within 1e-15 of the larger of 1 and itself.

    Quotients of two polynomials near the middle, towards the ends and at the ends (Wichura 1988, AS 241).
    """
    q = p - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = _polynomial(_MIDDLE_TOP, r)
        bottom = _polynomial(_MIDDLE_BOTTOM, r)
        return q * top / bottom
    r = math.sqrt(-logarithm(min(p, 1.0 - p)))
    if r <= 5.0:
        r -= 1.6
        top = _polynomial(_SIDE_TOP, r)
        bottom = _polynomial(_SIDE_BOTTOM, r)
    else:
        r -= 5.0
        top = _polynomial(_END_TOP, r)
        bottom = _polynomial(_END_BOTTOM, r)
    return top / bottom if q > 0 else -top / bottom


@compiled
def normal(key: Any, number: int) -> float:
    """Return a draw from the standard normal distribution."""
    return normal_quantile(uniform(key, number))


@compiled
def positive_normal(key: Any, mean: float, precision: float) -> float:
    """Return a draw from the normal distribution of this mean and precision (1 / variance), cut off below 0.

    By rejection: of normal draws where the mean is above 0, else of exponential ones (Robert 1995).
    """
    scale = 1.0 / math.sqrt(precision)
    low = -mean / scale
    number = 0
    if low <= 0.0:
        z = normal(key, number)
        while z < low:
            number += 1
            z = normal(key, number)
        return max(mean + scale * z, 0.0)
    rate = (low + math.sqrt(low * low + 4.0)) / 2.0
    while True:
        beyond = -logarithm(uniform(key, number)) / rate
        distance = low + beyond - rate
        if -2.0 * logarithm(uniform(key, number + 1)) >= distance * distance:
            return scale * beyond
        number += 2


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
