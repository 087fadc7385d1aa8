"""Lots: choices that anybody can work out again."""

import numpy as np

from core.lots import lot


def test_a_lot_is_what_anybody_works_out_from_the_sha256_of_the_text():
    # sha256sum of "abc" begins with ba7816bf8f01c.
    assert lot("abc") == 0xBA7816BF8F01C / 16**13


def test_lots_are_spread_evenly():
    lots = np.array([lot(f"{n}") for n in range(20_000)])
    counts, _ = np.histogram(lots, bins=10, range=(0, 1))
    assert counts.sum() == 20_000
    assert abs(counts - 2000).max() < 200  # 4.7 standard deviations
