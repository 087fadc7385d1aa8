"""Small results to make figures of, and ways to look into what came out."""

from __future__ import annotations

import io
import re

import numpy as np
import pypdf
from PIL import Image

from core.geometry import SpacingMm
from core.imaging.model import Frame, Orientation
from core.segmentation import PhraseMask, Segmentation

DEMO = "Demo engine: classical image processing, not MedImageParse"
AXIAL = Orientation(left="R", right="L", top="A", bottom="P")
LONG = (
    "left upper lobe nodule with spiculated margins and a pleural tag that goes on for a while",
    "pneumonoultramicroscopicsilicovolcanoconiosis" * 3,
)


def colour_noise(height, width, seed=1):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def disc(height, width, number=0, count=1):
    """A soft disc; its level falls from 255 in the middle to 0 at the border."""
    y, x = np.mgrid[:height, :width]
    middle = width * (number + 1) / (count + 1)
    far = np.hypot((x - middle) / (width / 4), (y - height / 2) / (height / 3))
    return np.clip(255 * (1.5 - far), 0, 255).astype(np.uint8)


def result(
    height=90,
    width=120,
    phrases=("liver", "tumor"),
    *,
    categories=None,
    spacing=None,
    orientation=None,
    rgb=None,
    probabilities=None,
    notices=(),
):
    rgb = colour_noise(height, width) if rgb is None else rgb
    count = len(phrases)
    frame = Frame(
        rgb,
        rgb,
        spacing_mm=SpacingMm(*spacing) if spacing else None,
        orientation=orientation,
        notices=notices,
    )
    soft = probabilities or [disc(height, width, n, count) for n in range(count)]
    masks = zip(phrases, categories or [None] * count, soft, strict=True)
    return Segmentation(frame, tuple(PhraseMask(*mask) for mask in masks), "demo", DEMO)


def pixels(png):
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def page(pdf):
    return pypdf.PdfReader(io.BytesIO(pdf)).pages[0]


def text_of(pdf):
    """All words on the page with single spaces, however the lines are broken."""
    return re.sub(r"\s+", " ", page(pdf).extract_text())


def words_of(plan):
    return re.sub(r"\s+", " ", " ".join(line.text for line in plan.lines))
