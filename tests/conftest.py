"""What all tests share: where the real material lies, and small frames."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.imaging.model import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """Put the main module back: ``AppTest`` leaves its script there, for new processes to run."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before


@pytest.fixture
def shared() -> Path:
    """The folder with real files and wire samples beside the checkout; skips where it is not."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("the folder with shared material is not beside this checkout")
    return folder


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20261125)


@pytest.fixture
def grey_frame() -> Frame:
    """A bright disc on a dark ground, 60 rows by 80 columns."""
    y, x = np.mgrid[:60, :80]
    values = np.where((x - 50) ** 2 + (y - 20) ** 2 < 150, 200, 30).astype(np.uint8)
    return Frame(values=values, rgb=np.repeat(values[:, :, None], 3, axis=2))
