"""Pictures and masks of a review as PNG, on the grid of the picture: the plain set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.export.results import ExportFile
from core.export.set_pieces import PNG_TEXT, Piece, targets_of
from core.png import encode_mask_png, encode_png

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.export.final_images import FinalImage, FinalImages
    from core.export.set_options import SetOptions


def mask_pieces(images: FinalImages, _options: SetOptions) -> Iterator[Piece]:
    """``images/NAME.png`` (RGB) and ``masks/NAME_TARGET.png`` (grey, 0 and 255), of equal size.

    A picture whose labels have no mask is there too: that nothing was found is a result.
    """
    for image in images:
        yield _piece(image)


def _piece(image: FinalImage) -> Piece:
    targets = targets_of(mask.phrase for mask in image.masks)
    picture = encode_png(image.frame.rgb, PNG_TEXT)
    names = {phrase: f"masks/{image.stem}_{target}.png" for phrase, target in targets.items()}
    masks = (
        ExportFile(names[one.phrase], encode_mask_png(one.mask, {**PNG_TEXT, "Title": one.phrase}))
        for one in image.masks
    )
    files = (ExportFile(f"images/{image.stem}.png", picture), *masks)
    return Piece(files, image.stem, masks=image.masks, mask_files=names)
