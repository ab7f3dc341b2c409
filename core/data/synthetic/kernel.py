"""The compiled inner loops: alias tables, and which movies one user rates, when, with how many stars."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["CIRCLE_SHARES", "compiled_alias", "compiled_rate"]

CIRCLE_SHARES = (0.65, 0.35)
"""How much of what a user watches comes from the first and the second circle."""


@lru_cache(maxsize=1)
def compiled_alias() -> Callable[..., None]:
    """Return `_alias` compiled by numba, which is imported here and nowhere else."""
    return _compiled(_alias)


@lru_cache(maxsize=1)
def compiled_rate() -> Callable[..., None]:
    """Return `_rate` compiled by numba."""
    return _compiled(_rate)


def _compiled(function: Callable[..., None]) -> Callable[..., None]:
    from numba import njit

    compiled: Callable[..., None] = njit(nogil=True)(function)
    return compiled


def _alias(weights: Any, keep: Any, alias: Any) -> None:
    """Fill one alias table (Vose 1991) from float64 weights that add up to their number."""
    n = len(weights)
    small, large = np.empty(n, np.int64), np.empty(n, np.int64)
    n_small, n_large = 0, 0
    for index in range(n):
        if weights[index] < 1.0:
            small[n_small] = index
            n_small += 1
        else:
            large[n_large] = index
            n_large += 1
    while n_small and n_large:
        n_small -= 1
        less, more = small[n_small], large[n_large - 1]
        keep[less], alias[less] = weights[less], more
        weights[more] -= 1.0 - weights[less]
        if weights[more] < 1.0:
            n_large -= 1
            small[n_small] = more
            n_small += 1
    for position in range(n_small):
        keep[small[position]], alias[small[position]] = 1.0, small[position]
    for position in range(n_large):
        keep[large[position]], alias[large[position]] = 1.0, large[position]


def _rate(
    seed: int,
    first_user: int,
    starts: Any,
    circles: Any,
    taste: Any,
    bias: Any,
    spread: Any,
    snap: Any,
    joined: Any,
    keep: Any,
    alias: Any,
    movie_taste: Any,
    quality: Any,
    released: Any,
    stamp: Any,
    items: Any,
    half_stars: Any,
    times: Any,
    mode: float,
    noise: float,
    last_second: int,
) -> None:
    """Fill one block of users.

    Parameters
    ----------
    seed : int
        Seeds numba's own generator for this block alone.
    first_user : int
        Number of the block's first user, to mark chosen movies in `stamp`.
    starts : ndarray of int64, shape (n + 1,)
        Where each user's ratings lie in the output.
    circles : ndarray of int32, shape (n, 2)
        The two communities whose watching a user shares.
    taste, bias, spread, snap, joined : ndarrays, length n
        Per user: place in taste space; leniency in stars; use of the scale; how likely a half star is rounded to
        a whole one (1: always); second of the first rating.
    keep, alias : ndarray of float32 and int32, shape (n_communities, n_movies)
    movie_taste, quality, released : ndarrays, length n_movies
        Place in taste space; in stars; second of release.
    stamp : ndarray of int32, shape (n_movies,)
        Last user who chose a movie, plus one; scratch.
    items, half_stars, times : ndarrays of int32, uint8, uint32
        The output, movies ascending within a user.
    mode, noise : float
        Stars: the most frequent latent rating, and the noise around it.
    last_second : int
        Nothing happens after it.
    """
    np.random.seed(seed)  # noqa: NPY002 (numba has no other generator that is seeded in compiled code)
    n_movies = keep.shape[1]
    for user in range(len(starts) - 1):
        start, end = starts[user], starts[user + 1]
        wanted = end - start
        # Active users come back for years: ten days for 70 ratings, a year for a thousand.
        span = min(3600.0 * wanted**1.3, float(last_second - joined[user]))
        latest = joined[user] + span
        mark = first_user + user + 1
        count, tries = 0, 0
        while count < wanted:
            tries += 1
            movie = int(np.random.random() * n_movies)  # noqa: NPY002
            # Who has seen all that the own circles watch takes what is left.
            if tries <= 60 * wanted:
                circle = circles[user, 0] if np.random.random() < CIRCLE_SHARES[0] else circles[user, 1]  # noqa: NPY002
                if np.random.random() >= keep[circle, movie]:  # noqa: NPY002
                    movie = alias[circle, movie]
            if stamp[movie] == mark or (released[movie] > latest and tries <= 120 * wanted):
                continue
            stamp[movie] = mark
            items[start + count] = movie
            count += 1
        items[start:end].sort()
        sessions = 1 + wanted // 40
        for position in range(start, end):
            movie = items[position]
            latent = bias[user] + quality[movie] + noise * np.random.normal()  # noqa: NPY002
            for axis in range(movie_taste.shape[1]):
                latent += taste[user, axis] * movie_taste[movie, axis]
            # Praise is given in smaller steps than blame: the distribution leans to the left.
            latent = mode + spread[user] * (latent if latent < 0 else 0.72 * latent)
            doubled = int(np.floor(latent * 2 + 0.5))
            if doubled % 2 == 1 and np.random.random() < snap[user]:  # noqa: NPY002
                doubled = 2 * int(np.floor(latent + 0.5))
            lowest = 2 if snap[user] >= 1.0 else 1
            half_stars[position] = min(max(doubled, lowest), 10)
            session = int(np.random.random() * sessions) / sessions  # noqa: NPY002
            second = joined[user] + min(span * session + 7200.0 * np.random.random(), span)  # noqa: NPY002
            times[position] = np.uint32(max(second, min(float(released[movie]), latest)))
