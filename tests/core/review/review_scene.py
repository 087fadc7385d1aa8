"""A project with people and pictures, for the tests of the review."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from core.png import encode_png
from core.review.desk import Desk
from core.review.masks import mask_sha256
from core.review.people import reader_of
from core.review.projects import create_project
from core.review.rows import project_rows
from core.review.tables import AuditRow
from core.review.values import NewItem, NewLabel, Rules
from core.review.verify import verify

if TYPE_CHECKING:
    from core.review.store import Store
    from core.review.values import Edit, Reader, Reading, Role

HEIGHT, WIDTH = 24, 40


@dataclass
class Clock:
    """A clock that the test sets forward."""

    now: datetime = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


@dataclass
class Scene:
    """A project of Olga's, to which readers come."""

    store: Store
    rules: Rules = field(default_factory=Rules)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.olga = self.person("Olga")
        self.project_id = create_project(self.store, self.olga, "Livers", self.rules)
        self.owner = self.desk(self.olga)

    def person(self, name: str) -> Reader:
        return reader_of(self.store, f"local:{name.casefold()}", name)

    def desk(self, reader: Reader) -> Desk:
        return Desk(self.store, self.project_id, reader, clock=self.clock)

    def join(self, name: str, role: Role = "reader") -> Desk:
        reader = self.person(name)
        self.owner.set_role(reader.id, role)
        return self.desk(reader)

    def audit(self) -> list[tuple[str, str, str, str]]:
        """Action, subject, before and after of all entries, once all of the project is verified."""
        with self.store.change(self.project_id) as (session, _):
            rows = project_rows(session, self.project_id)
            verify(rows, self.store.blobs.get)
            return [(r.action, r.subject, r.before, r.after) for r in rows.all(AuditRow)]


def new_item(
    number: int = 0,
    phrases: tuple[str, ...] = ("liver", "spleen"),
    scores: tuple[float | None, ...] = (),
    **changed: object,
) -> NewItem:
    """A small picture with a soft disc for each phrase."""
    given = dict(enumerate(scores))
    labels = tuple(
        NewLabel(phrase, soft_disc(5 + 7 * place), score=given.get(place))
        for place, phrase in enumerate(phrases)
    )
    grey = np.full((HEIGHT, WIDTH), number % 256, np.uint8)
    made = {
        "name": f"scan-{number}.png",
        "data": encode_png(grey),
        "frame_sha256": f"{number:064x}",
        "height": HEIGHT,
        "width": WIDTH,
        "labels": labels,
    }
    return NewItem(**{**made, **changed})


def soft_disc(column: int, row: int = 10, radius: int = 6) -> np.ndarray:
    """Probabilities that fall from the middle of a disc outwards."""
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(y - row, x - column)
    return np.clip(255 - distance * 128 / radius, 0, 255).astype(np.uint8)


def box(top: int, left: int, side: int = 4) -> np.ndarray:
    """A mask that is a square."""
    mask = np.zeros((HEIGHT, WIDTH), bool)
    mask[top : top + side, left : left + side] = True
    return mask


def draw(desk: Desk, reading: Reading, label: int, mask: np.ndarray, base: int = 0) -> Edit:
    """Save a mask as the browser does."""
    return desk.save_edit(
        reading.id, reading.item.labels[label].id, mask, sha256=mask_sha256(mask), base=base
    )


def read_through(desk: Desk, item_id: str, *verdicts: str) -> Reading:
    """Open an item, decide on each label and finish it."""
    reading = desk.open(item_id)
    for label, verdict in zip(reading.item.labels, verdicts, strict=True):
        desk.decide(reading.id, label.id, verdict, base=0)
    desk.finish(reading.id)
    return desk.open(item_id)
