"""Masks as they are kept: grey PNG files as :mod:`core.png` writes them, and hashes of pixels.

A PNG can be looked at with any viewer, and packs a mask of 2000 by 2000 pixels into a few KB.
"""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from core.errors import DamagedFile

if TYPE_CHECKING:
    import numpy.typing as npt

    Bool = npt.NDArray[np.bool_]
    Uint8 = npt.NDArray[np.uint8]


def mask_sha256(mask: Bool) -> str:
    """SHA-256 (hex) of a mask: of ``"<H>x<W>:"`` and one byte a pixel, 0 or 1, row by row.

    Args:
        mask: bool (H, W).
    """
    height, width = mask.shape
    digest = hashlib.sha256(f"{height}x{width}:".encode())
    digest.update(np.ascontiguousarray(mask).view(np.uint8).data)
    return digest.hexdigest()


def decode_mask(data: bytes, height: int, width: int) -> Bool:
    """Read a mask back as bool (H, W).

    Raises:
        DamagedFile: It is no such file, or not of this size.
    """
    return decode_probability(data, height, width) >= 128


def decode_probability(data: bytes, height: int, width: int) -> Uint8:
    """Read a probability map back as uint8 (H, W).

    Raises:
        DamagedFile: It is no such file, or not of this size.
    """
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as image:
            # The size is looked at before anything is decoded.
            if image.size != (width, height) or image.mode != "L":
                raise DamagedFile(
                    f"A stored mask has {image.size[0]} x {image.size[1]} pixels in the mode "
                    f"{image.mode}, not {width} x {height} in grey.",
                    "Restore the project from its last backup.",
                )
            return np.asarray(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise DamagedFile(
            "A stored mask cannot be read.",
            "Restore the project from its last backup.",
            details=type(error).__name__,
        ) from error
