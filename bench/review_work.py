"""What both reliability runs share: a project to work on, work to do, and the look at the end."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.png import encode_png
from core.review.desk import Desk
from core.review.masks import mask_sha256
from core.review.people import reader_of
from core.review.projects import create_project
from core.review.rows import project_rows
from core.review.tables import DecisionRow, EditRow, ItemRow, ReadingRow
from core.review.values import NewItem, NewLabel, Rules
from core.review.verify import verify

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.review.rows import ProjectRows
    from core.review.store import Store

SIDE = 256
PHRASES = ("liver", "spleen")


@dataclass(frozen=True)
class Saved:
    """An edit or a decision that the store has acknowledged.

    Attributes:
        kind: ``"edit"`` or ``"decision"``.
        reading: Id of the reading.
        label: Id of the label.
        revision: As the store gave it.
        said: Hash of the mask, or the comment of the decision, different every time.
    """

    kind: str
    reading: str
    label: str
    revision: int
    said: str


@dataclass(frozen=True)
class Look:
    """What is found in the end; everything but ``kept`` and ``unanswered`` must be 0.

    Attributes:
        kept: Edits and decisions in the store.
        unanswered: Of these, such as were stored, but whose answer was lost.
        lost: Acknowledged, and not in the store or not as acknowledged.
        crowded: Items with more readers than they want.
    """

    kept: int
    unanswered: int
    lost: int
    crowded: int


def new_project(store: Store, items: int, readers: list[str], rules: Rules) -> str:
    """Make a project with small pictures and readers, and give its id."""
    owner = reader_of(store, "local:owner", "Owner")
    project_id = create_project(store, owner, "Reliability", rules)
    desk = Desk(store, project_id, owner)
    y, x = np.mgrid[:SIDE, :SIDE]
    soft = np.clip(300 - 3 * np.hypot(y - 120, x - 90), 0, 255).astype(np.uint8)
    picture = encode_png(np.full((SIDE, SIDE), 90, np.uint8))
    labels = tuple(NewLabel(phrase, soft) for phrase in PHRASES)
    desk.add_items(
        NewItem(f"image-{n}.png", picture, f"{n:064x}", SIDE, SIDE, labels) for n in range(items)
    )
    for name in readers:
        desk.set_role(reader_of(store, f"local:{name}", name).id, "reader")
    return project_id


def random_mask(rng: np.random.Generator) -> npt.NDArray[np.bool_]:
    """A mask with a few boxes that no other one is equal to, as good as certainly."""
    mask = rng.random((SIDE, SIDE)) < 0.002
    for top, left, high, wide in rng.integers(8, SIDE // 2, (3, 4)):
        mask[top : top + high, left : left + wide] = True
    return mask


def save_edit(desk: Desk, reading: str, label: str, rng: np.random.Generator, base: int) -> Saved:
    """Draw something and save it."""
    mask = random_mask(rng)
    sha256 = mask_sha256(mask)
    edit = desk.save_edit(reading, label, mask, sha256=sha256, base=base)
    return Saved("edit", reading, label, edit.revision, sha256)


def decide(desk: Desk, reading: str, label: str, rng: np.random.Generator, base: int) -> Saved:
    """Decide something that differs from every other decision."""
    comment = rng.bytes(8).hex()
    made = desk.decide(reading, label, "accept", base=base, comment=comment)
    return Saved("decision", reading, label, made.revision, comment)


def look(store: Store, project_id: str, saved: list[Saved]) -> Look:
    """Verify all that is stored, and look for all that was acknowledged.

    Raises:
        StoreDamaged: The audit log, a row or a file is not as it was written: half a change.
    """
    with store.change(project_id) as (session, _):
        rows = project_rows(session, project_id)
    verify(rows, store.blobs.get)
    kept = {tuple(asdict(each).values()) for each in _kept(rows)}
    wanted = {tuple(asdict(each).values()) for each in saved}
    return Look(len(kept), len(kept - wanted), len(wanted - kept), _crowded(rows))


def _kept(rows: ProjectRows) -> list[Saved]:
    edits = [
        Saved("edit", row.reading_id, row.label_id, row.revision, row.sha256)
        for row in rows.all(EditRow)
    ]
    return edits + [
        Saved("decision", row.reading_id, row.label_id, row.revision, row.comment)
        for row in rows.all(DecisionRow)
    ]


def _crowded(rows: ProjectRows) -> int:
    finished = [row.item_id for row in rows.all(ReadingRow) if row.finished_at is not None]
    return sum(finished.count(item.id) > item.wanted for item in rows.all(ItemRow))
