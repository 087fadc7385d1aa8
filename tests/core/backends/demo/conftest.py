"""Ways to ask the demo engine, and pictures of nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from core.backends import get_backend
from core.imaging.model import Frame
from core.samples.phantoms import draw_histology
from core.segmentation import segment

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.samples.phantoms import Phantom
    from core.segmentation import Segmentation

    Ask = Callable[..., Segmentation]


@pytest.fixture(scope="session")
def ask() -> Ask:
    """Segment a picture, uint8 (H, W[, 3]), with the demo engine as the page does it."""

    def asked(picture: np.ndarray, *phrases: str, **about: object) -> Segmentation:
        rgb = picture if picture.ndim == 3 else np.repeat(picture[:, :, None], 3, axis=2)
        values = about.pop("values", rgb)
        frame = Frame(values=values, rgb=np.ascontiguousarray(rgb), **about)
        return segment(frame, phrases, get_backend("demo"))

    return asked


@pytest.fixture(scope="session")
def codes() -> Callable[[Segmentation], list[str]]:
    """The codes of a result's notices."""
    return lambda result: [notice.code for notice in result.notices]


@pytest.fixture(scope="session")
def tissue() -> Phantom:
    """The drawn section, with nuclei whose outlines are known."""
    return draw_histology()
