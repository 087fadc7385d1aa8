"""A review as a COCO data set: pictures, and one annotation a mask.

Masks are run lengths, not polygons, so that every pixel and every hole stays. Layout as in
https://cocodataset.org/#format-data; ``counts`` is the uncompressed list, which pycocotools takes
as well as its compressed text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import orjson

from core import about
from core.export.finals import phrases_of
from core.export.results import ExportFile
from core.export.set_pieces import PNG_TEXT, Piece
from core.png import encode_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.export.final_images import FinalImage, FinalImages
    from core.export.set_options import SetOptions

    Bool = npt.NDArray[np.bool_]


def coco_pieces(images: FinalImages, _options: SetOptions) -> Iterator[Piece]:
    """``images/NAME.png`` (RGB), and ``annotations.json`` at the end.

    Categories are the phrases in the order of the project, from 1. An empty mask has no box and
    becomes no annotation.
    """
    phrases = phrases_of(images.items)
    numbers = {phrase.casefold(): number for number, phrase in enumerate(phrases, start=1)}
    pictures: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for image in images:
        picture = _picture(image, len(pictures) + 1)
        pictures.append(picture)
        masks = tuple(one for one in image.masks if one.mask.any())
        for one in masks:
            category = numbers[one.phrase.casefold()]
            annotations.append(
                annotation(one.mask, len(annotations) + 1, picture["id"], category)
                | {"attributes": {"verdict": one.final.verdict, "method": one.final.method}}
            )
        content = encode_png(image.frame.rgb, PNG_TEXT)
        file = ExportFile(f"images/{image.stem}.png", content)
        empty = [one.phrase for one in image.masks if one not in masks]
        warnings = (f"The mask of “{phrase}” is empty and has no annotation." for phrase in empty)
        yield Piece((file,), image.stem, warnings=tuple(warnings), masks=masks)
    content = _encode(phrases, pictures, annotations)
    yield Piece((ExportFile("annotations.json", content),))


def annotation(mask: Bool, number: int, image: int, category: int) -> dict[str, Any]:
    """One mask as COCO has it.

    Args:
        mask: bool (H, W), not empty.
        number: Of the annotation.
        image: Of the picture.
        category: Of the phrase.

    Returns:
        With ``bbox`` as left, top, width and height in pixels, ``area`` in pixels.
    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    left, top = int(columns[0]), int(rows[0])
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "segmentation": {"size": list(mask.shape), "counts": run_lengths(mask)},
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
        "iscrowd": 0,
    }


def run_lengths(mask: Bool) -> list[int]:
    """Lengths of the runs of background and foreground in turn, column by column.

    Args:
        mask: bool (H, W).

    Returns:
        The first run is background and may be 0 long; together they are H times W.
    """
    flat = mask.ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate(([0], edges, [flat.size]))
    lengths: list[int] = np.diff(bounds).tolist()
    return [0, *lengths] if flat[0] else lengths


def _picture(image: FinalImage, number: int) -> dict[str, Any]:
    frame = image.frame
    return {
        "id": number,
        "file_name": f"images/{image.stem}.png",
        "width": frame.width,
        "height": frame.height,
    }


def _encode(
    phrases: tuple[str, ...], pictures: list[dict[str, Any]], annotations: list[dict[str, Any]]
) -> bytes:
    return orjson.dumps(
        {
            "info": {
                "description": about.NOTICE,
                "version": about.VERSION,
                "contributor": about.NAME,
            },
            "licenses": [],
            "images": pictures,
            "annotations": annotations,
            "categories": [
                {"id": number, "name": phrase, "supercategory": ""}
                for number, phrase in enumerate(phrases, start=1)
            ],
        },
        option=orjson.OPT_APPEND_NEWLINE,
    )
