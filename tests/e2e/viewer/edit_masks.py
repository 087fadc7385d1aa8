"""Masks to edit, and the viewer's operations on them in the browser."""

from __future__ import annotations

import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image
from scipy import ndimage

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# Arrays go to the browser and back compressed, much faster than as lists of numbers.
CHANGE = """(async () => {
    const revive = async (value) => {
        if (value?.threshold) return {...value, values: await revive(value.values)};
        if (value?.bytes === undefined) return value;
        const letters = atob(value.bytes);
        return lib.inflate(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)));
    };
    const [name, packed, width, height, ...rest] = values;
    const mask = await revive(packed);
    const box = lib[name](mask, width, height, ...await Promise.all(rest.map(revive)));
    let text = "";
    for (const byte of await lib.deflate(mask)) text += String.fromCharCode(byte);
    return [box, btoa(text)];
})()"""

REAL = [
    "04_CT_liver_vessel.png",  # eight parts
    "06_CT_abdomen_liver.png",
    "15_X-Ray_chest_lung.png",
    "18_pathology_colon_glandular+structure.png",  # touches the border
    "19_pathology_liver_connective+tissue+cells.png",  # with holes
]


def as_bytes(array: np.ndarray) -> dict[str, str]:
    """An array of bytes as the browser takes it."""
    packed = zlib.compress(array.astype(np.uint8).tobytes(), 1)
    return {"bytes": b64encode(packed).decode()}


def change(
    library: Callable[..., Any], name: str, mask: np.ndarray, *arguments: object
) -> np.ndarray:
    """The mask after an operation; its box must be the smallest around what has changed."""
    height, width = mask.shape
    box, after = library(CHANGE, name, as_bytes(mask), width, height, *arguments)
    edited = np.frombuffer(zlib.decompress(b64decode(after)), np.uint8).reshape(mask.shape)
    assert edited.max(initial=0) <= 1
    assert box == box_of(mask != edited.astype(bool)), "the box is not that of the change"
    return edited.astype(bool)


def box_of(mask: np.ndarray) -> dict[str, int] | None:
    """The smallest box around a mask, half open, or None."""
    if not mask.any():
        return None
    rows, columns = np.nonzero(mask)
    return {
        "top": int(rows.min()),
        "bottom": int(rows.max()) + 1,
        "left": int(columns.min()),
        "right": int(columns.max()) + 1,
    }


def real_mask(shared: Path, name: str, *, step: int = 1) -> np.ndarray:
    """A mask that people have drawn, every ``step``-th pixel of it."""
    with Image.open(shared / "real" / "masks" / name) as image:
        return np.asarray(image.convert("RGB"))[::step, ::step, 0] > 0


def blobs(rng: np.random.Generator, height: int, width: int, sigma: float = 2) -> np.ndarray:
    """Round shapes that cover half of the picture, some with holes, some at its border."""
    field = ndimage.gaussian_filter(rng.random((height, width)), sigma)
    return field > np.median(field)


def _single(row: int, column: int) -> np.ndarray:
    mask = np.zeros((11, 9), bool)
    mask[row, column] = True
    return mask


def _rings() -> np.ndarray:
    rows, columns = np.mgrid[:41, :47]
    return (np.hypot(rows - 15, columns - 24) // 4 % 2).astype(bool)  # cut off by the upper border


SHAPES: dict[str, Callable[[np.random.Generator], np.ndarray]] = {
    "noise": lambda rng: rng.random((37, 53)) < 0.5,
    "sparse noise": lambda rng: rng.random((64, 31)) < 0.03,
    "dense noise": lambda rng: rng.random((29, 64)) < 0.95,
    "blobs": lambda rng: blobs(rng, 71, 83),
    "large blobs": lambda rng: blobs(rng, 130, 97, 6),
    "rings": lambda rng: _rings(),
    "chessboard": lambda rng: np.indices((15, 18)).sum(0) % 2 == 0,
    "corner": lambda rng: _single(0, 8),
    "other corner": lambda rng: _single(10, 0),
    "one pixel": lambda rng: _single(5, 4),
    "empty": lambda rng: np.zeros((13, 21), bool),
    "full": lambda rng: np.ones((21, 13), bool),
    "one row": lambda rng: rng.random((1, 40)) < 0.4,
    "one column": lambda rng: rng.random((40, 1)) < 0.4,
    "tiny empty": lambda rng: np.zeros((1, 1), bool),
    "tiny full": lambda rng: np.ones((1, 1), bool),
}
