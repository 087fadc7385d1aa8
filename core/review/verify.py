"""Whether a project is as it was written: its audit log, its rows and its files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.errors import StoreDamaged
from core.review.audit import broken_at
from core.review.ledger import first_difference
from core.review.masks import decode_mask, decode_probability, mask_sha256
from core.review.tables import AuditRow, EditRow, ItemRow, LabelRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.review.rows import ProjectRows


@dataclass(frozen=True)
class Head:
    """Where an audit log ends. Noted elsewhere, it shows later whether the log was written anew.

    Attributes:
        entries: How many entries there are.
        hash: Of the last one and, through it, of all.
    """

    entries: int
    hash: str


def verify(rows: ProjectRows, load: Callable[[str], bytes], noted: str = "") -> Head:
    """Check everything there is of a project, and give the head of its audit log.

    The log is checked entry by entry, every row is held against its entry, and every file is
    read: masks are decoded and compared with the hashes of their pixels.

    Args:
        rows: Of one time, see :func:`core.review.rows.project_rows`.
        load: Gives a file by its hash, checked, as :meth:`core.review.blobs.Blobs.get` does.
        noted: Hash of an entry that was noted at some time, or "".

    Raises:
        StoreDamaged: Something is not as it was written; the first such thing is named.
        DamagedFile: A mask cannot be decoded or is not of the size of its image.
        StoreUnreachable: A file cannot be read.
    """
    log = rows.all(AuditRow)
    broken = broken_at(log, rows.project)
    if broken is not None:
        raise _damaged(f"Entry {broken} of the audit log is not as it was written.")
    if noted and noted not in {entry.hash for entry in log}:
        raise _damaged(
            f"The audit log has no entry with the noted hash {noted[:12]}: it was cut or written "
            "anew."
        )
    subject = first_difference(rows)
    if subject is not None:
        raise _damaged(f"What is stored is not what the audit log says: {subject}.")
    _check_files(rows, load)
    return Head(rows.project.audit_count, rows.project.audit_hash)


def _check_files(rows: ProjectRows, load: Callable[[str], bytes]) -> None:
    items = {row.id: row for row in rows.all(ItemRow)}
    item_of = {row.id: items[row.item_id] for row in rows.all(LabelRow)}
    left = rows.blobs()
    for label in rows.all(LabelRow):
        if label.ai is not None:
            item = item_of[label.id]
            probability = decode_probability(load(label.ai), item.height, item.width)
            _compare(mask_sha256(probability >= label.threshold), label.cut_sha256, label.ai)
            left.discard(label.ai)
    for edit in rows.all(EditRow):
        item = item_of[edit.label_id]
        mask = decode_mask(load(edit.mask), item.height, item.width)
        _compare(mask_sha256(mask), edit.sha256, edit.mask)
        left.discard(edit.mask)
    for digest in sorted(left):
        load(digest)


def _compare(found: str, stored: str, blob: str) -> None:
    if found != stored:
        raise _damaged(f"The mask {blob[:12]} has other pixels than were stored.")


def _damaged(what: str) -> StoreDamaged:
    return StoreDamaged(what, "Restore the project from its last backup.")
