"""Every method takes whatever picture it is handed, even one it is not made for."""

from __future__ import annotations

import numpy as np
import pytest

from core.backends.demo import KNOWN
from core.backends.demo.view import View
from core.imaging.model import Frame
from core.segmentation import prepare

_METHODS = list(dict.fromkeys(target.method for target in KNOWN))


def _pictures() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    y, x = np.mgrid[:60, :80]
    return {
        "noise": rng.integers(0, 256, (60, 80), dtype=np.uint8),
        "disc": (((x - 40) ** 2 + (y - 30) ** 2 < 400) * 200).astype(np.uint8),
        "white": np.full((60, 80), 255, np.uint8),
        "thread": (x[:2] * 3).astype(np.uint8),
    }


@pytest.mark.parametrize("kind", list(_pictures()))
@pytest.mark.parametrize(
    "method", _METHODS, ids=lambda method: f"{method.__module__.split('.')[-1]}.{method.__name__}"
)
def test_a_picture_of_another_kind_is_answered_and_not_refused(method, kind):
    grey = _pictures()[kind]
    rgb = np.repeat(grey[:, :, None], 3, axis=2)
    view = View.of(prepare(Frame(values=rgb, rgb=rgb), "anything"))
    soft = method(view)
    assert soft.shape == view.shape
    assert soft.dtype == np.uint8
