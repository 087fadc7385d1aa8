"""Images and masks of a project, for those who may see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import exists, select

from core.errors import AccessRefused, EditDamaged
from core.review.access import is_complete
from core.review.masks import decode_mask, decode_probability, mask_sha256
from core.review.tables import DecisionRow, EditRow, LabelRow, OutcomeRow

if TYPE_CHECKING:
    from core.review.access import Access
    from core.review.blobs import Blobs
    from core.review.masks import Bool, Uint8
    from core.review.tables import ItemRow


def probability_of(blobs: Blobs, item: ItemRow, label: LabelRow) -> Uint8:
    """The AI's map as uint8 (H, W); zeros for a label that started empty.

    Raises:
        StoreDamaged: It is not what was stored.
        DamagedFile: It is no such map.
    """
    if label.ai is None:
        return np.zeros((item.height, item.width), np.uint8)
    return decode_probability(blobs.get(label.ai), item.height, item.width)


def cut_of(blobs: Blobs, item: ItemRow, label: LabelRow) -> Bool:
    """The AI's own mask as bool (H, W), as cut at its threshold."""
    return probability_of(blobs, item, label) >= label.threshold


def stored_mask(blobs: Blobs, item: ItemRow, blob: str) -> Bool:
    """A mask as bool (H, W)."""
    return decode_mask(blobs.get(blob), item.height, item.width)


def refuse_hidden(access: Access, item: ItemRow, blob: str) -> None:
    """Let the blob of a mask pass that this reader may see.

    That is one of their own; for an adjudicator or owner also one of a finished reading of a
    complete item, and one of an outcome.

    Raises:
        AccessRefused: It is none of these.
    """
    readings = access.readings(item)
    all_seen = access.oversees and is_complete(item, readings)
    seen = {
        r.id for r in readings if r.reader_id == access.reader.id or (all_seen and r.finished_at)
    }
    edits = exists().where(EditRow.mask == blob, EditRow.reading_id.in_(seen))
    decisions = exists().where(DecisionRow.mask == blob, DecisionRow.reading_id.in_(seen))
    found = edits | decisions
    if all_seen:
        labels = select(LabelRow.id).where(LabelRow.item_id == item.id)
        found |= exists().where(OutcomeRow.mask == blob, OutcomeRow.label_id.in_(labels))
    if not access.session.scalar(select(found)):
        raise AccessRefused("The item has no such mask.", "Open the item from your queue.")


def refuse_damaged(item: ItemRow, mask: Bool, sha256: str | None = None) -> None:
    """Let a mask pass that is of the item's size, and that is what was drawn.

    Args:
        item: The item.
        mask: bool (H, W).
        sha256: What it was when it was drawn, or None where that is not known.

    Raises:
        EditDamaged: It is of another kind or size, or has another hash.
    """
    if mask.dtype != np.bool_ or mask.shape != (item.height, item.width):
        shape = " x ".join(str(side) for side in mask.shape[::-1])
        raise EditDamaged(
            f"The mask that arrived has {shape} pixels, not {item.width} x {item.height}.",
            "It was not stored; reload the page, which sends it again.",
        )
    if sha256 is not None and mask_sha256(mask) != sha256:
        raise EditDamaged(
            "The mask that arrived is not the mask that was drawn.",
            "It was not stored; reload the page, which sends it again.",
        )
