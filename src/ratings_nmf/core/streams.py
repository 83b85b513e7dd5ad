"""Independent streams of random numbers, each named by what it is for."""

import zlib

import numpy as np


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


def _sequence(seed: int, purpose: str, numbers: tuple[int, ...]) -> np.random.SeedSequence:
    return np.random.SeedSequence(seed, spawn_key=(zlib.crc32(purpose.encode()), *numbers))
