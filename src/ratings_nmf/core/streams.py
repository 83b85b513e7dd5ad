"""Independent streams of random numbers, each named by what it is for, and numbers that a place alone decides."""

import zlib

import numpy as np
from numpy.typing import NDArray

_STEP, _MIX_1, _MIX_2 = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def stream(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """Return a generator that depends on these alone: adding a count, a fold or a restart changes no other stream.

    >>> stream(0, "restart", 3, 1).random() == stream(0, "restart", 3, 1).random()
    True
    >>> stream(0, "restart", 3, 1).random() == stream(0, "restart", 3, 2).random()
    False
    """
    return np.random.default_rng(_sequence(seed, purpose, numbers))


def derived_seed(seed: int, purpose: str, *numbers: int) -> int:
    """Return the seed of the same stream, a whole number from 0 to 2³² − 1, for what takes a seed."""
    return int(_sequence(seed, purpose, numbers).generate_state(1)[0])


def cell_hash(seed: int, rows: NDArray[np.integer], columns: NDArray[np.integer]) -> NDArray[np.uint64]:
    """Return 64 well-mixed bits of (seed, row, column) for each cell, shape (cells,).

    Each is mixed in by the finalizer of SplitMix64 (Steele, Lea & Flood 2014), so that a cell's bits depend on
    nothing but its own place.

    >>> cells = np.array([0, 1]), np.array([5, 0])
    >>> cell_hash(0, *cells)[::-1].tolist() == cell_hash(0, cells[0][::-1], cells[1][::-1]).tolist()
    True
    """
    with np.errstate(over="ignore"):
        mixed = _mix(np.array([seed], dtype=np.uint64) + _STEP)
        mixed = _mix((mixed ^ rows.astype(np.uint64)) + _STEP)
        return _mix((mixed ^ columns.astype(np.uint64)) + _STEP)


def _sequence(seed: int, purpose: str, numbers: tuple[int, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *numbers))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return bits ^ (bits >> np.uint64(31))
