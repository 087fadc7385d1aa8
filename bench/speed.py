"""How fast the steps are beside the usual way to do them: ``python bench/speed.py``.

Both sides run in the same process on the same data, so only the ratios mean anything; times depend
on the machine. "Usual" is what public client code for MedImageParse does with NumPy, scikit-image,
Pillow and the standard library.
"""

from __future__ import annotations

import base64
import io
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image
from skimage.transform import resize

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from core.export.overlay import Layer, Style, render_overlay
from core.geometry import Letterbox
from core.palette import COLOURS, rgb_of
from core.png import encode_mask_png, encode_png
from core.resampling import reference_resampler
from core.wire import decode_response, encode_request

if TYPE_CHECKING:
    from collections.abc import Callable

REPEATS = 5


@dataclass(frozen=True)
class Stage:
    """One step, done our way and the usual way."""

    name: str
    ours: Callable[[], object]
    usual: Callable[[], object]


def usual_letterbox(rgb: np.ndarray) -> np.ndarray:
    """Pad and resize as the reference clients do; uint8 (H, W, 3) to (1024, 1024, 3)."""
    height, width = rgb.shape[:2]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    pad = ((top, side - height - top), (left, side - width - left), (0, 0))
    square = np.pad(rgb, pad)
    # One channel at a time: the same pixels, and several times faster than all three at once.
    planes = [
        resize(square[..., c], (1024, 1024), order=3, mode="constant", preserve_range=True,
               anti_aliasing=True)
        for c in range(3)
    ]  # fmt: skip
    return np.dstack(planes).astype(np.uint8)


def usual_png(pixels: np.ndarray) -> bytes:
    """Pillow's PNG with its default settings."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def usual_request(rgb: np.ndarray) -> bytes:
    """Letterbox, Pillow's PNG, base64 and the standard library's JSON."""
    image = base64.encodebytes(usual_png(usual_letterbox(rgb))).decode()
    rows = {"columns": ["image", "text"], "index": [0], "data": [[image, "a & b"]]}
    return json.dumps({"input_data": rows}).encode()


def usual_decode(body: bytes) -> np.ndarray:
    """JSON in JSON, base64, NumPy."""
    features = json.loads(json.loads(body)[0]["image_features"])
    data = np.frombuffer(base64.b64decode(features["data"]), features["dtype"])
    return data.reshape(features["shape"])


def usual_restore(masks: np.ndarray, height: int, width: int) -> list[np.ndarray]:
    """Resize each mask to the padded square with scikit-image, crop, threshold."""
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    whole = [resize(m, (side, side), order=1, preserve_range=True) for m in masks]
    return [w[top : top + height, left : left + width] >= 128 for w in whole]


def usual_overlay(rgb: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Blend with Pillow, one mask after the other."""
    picture = Image.fromarray(rgb)
    for mask, colour in zip(masks, COLOURS, strict=False):
        solid = Image.new("RGB", picture.size, rgb_of(colour))
        alpha = Image.fromarray(np.where(mask >= 128, 115, 0).astype(np.uint8))
        picture = Image.composite(solid, picture, alpha)
    return np.asarray(picture)


def soft_masks(count: int) -> np.ndarray:
    """Smooth blobs, uint8 (count, 1024, 1024)."""
    y, x = np.mgrid[:1024, :1024]
    blobs = [
        255 * np.exp(-((x - 200 - 40 * n) ** 2 + (y - 900 + 50 * n) ** 2) / (2 * 90.0**2))
        for n in range(count)
    ]
    return np.rint(blobs).astype(np.uint8)


def stages() -> list[Stage]:
    """Every step that is measured."""
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.integers(0, 256, (2000, 3000, 3), dtype=np.uint8), (0, 0), 2)
    photo = np.asarray(noise, np.uint8)
    small = np.ascontiguousarray(photo[:1080, :1440])
    square = Letterbox.fit(2000, 3000).apply(photo)
    masks = soft_masks(8)
    data = base64.b64encode(masks.tobytes()).decode()
    features = {"data": data, "shape": list(masks.shape), "dtype": "uint8"}
    names = [f"p{n}" for n in range(8)]
    row = {"image_features": json.dumps(features), "text_features": names}
    body = json.dumps([row]).encode()
    layers = [Layer(m, c) for m, c in zip(masks, COLOURS, strict=False)]
    plain = Style(outline=False)
    box, small_box = Letterbox.fit(2000, 3000), Letterbox.fit(1080, 1440)
    binary = masks[0] >= 128
    return [
        Stage("letterbox of 3000x2000", lambda: box.apply(photo), lambda: usual_letterbox(photo)),
        Stage(
            "request body from 1440x1080",
            lambda: encode_request([small_box.apply(small)], [["a", "b"]]),
            lambda: usual_request(small),
        ),
        Stage("PNG of 1024x1024 RGB", lambda: encode_png(square), lambda: usual_png(square)),
        Stage(
            "decode a reply of 8 masks",
            lambda: decode_response(body, [names]),
            lambda: usual_decode(body),
        ),
        Stage(
            "8 masks back to 3000x2000, thresholded",
            lambda: box.restore(masks) >= 128,
            lambda: usual_restore(masks, 2000, 3000),
        ),
        Stage(
            "overlay of 8 masks at 1024x1024",
            lambda: render_overlay(square, layers, plain),
            lambda: usual_overlay(square, masks),
        ),
        Stage(
            "one mask as PNG",
            lambda: encode_mask_png(binary),
            lambda: usual_png(binary.astype(np.uint8) * 255),
        ),
    ]


def seconds(work: Callable[[], object]) -> float:
    """Median time of one call."""
    work()
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return median(times)


def main() -> None:
    """Print the table."""
    print("| step | usual | ours | times faster |")
    print("| --- | --- | --- | --- |")
    for stage in stages():
        usual, ours = seconds(stage.usual), seconds(stage.ours)
        print(f"| {stage.name} | {usual * 1e3:.1f} ms | {ours * 1e3:.1f} ms | {usual / ours:.1f} |")
    for size in (512, 3000):
        reference_resampler.cache_clear()
        started = time.perf_counter()
        reference_resampler(size, 1024)
        spent = (time.perf_counter() - started) * 1e3
        print(f"\nFirst image of {size} pixels: {spent:.0f} ms more for its resampling matrix.")


if __name__ == "__main__":
    main()
