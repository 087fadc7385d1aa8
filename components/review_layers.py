"""The labels of a reading as the editor shows them, with arrays that are decoded once."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any

from components.kept import kept, last_of
from components.state import session
from components.viewer.editing import EditLayer
from core.analysis.presence import TITLES
from core.palette import assign_colours
from core.review.masks import mask_sha256

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable
    from typing import TypeVar

    import numpy.typing as npt

    from core.review.desk import Desk
    from core.review.values import Item, Label, Reading

    Array = TypeVar("Array", bound=npt.NDArray[Any])

_NOTES = {"none": TITLES["no evidence"], "doubtful": TITLES["doubtful"]}


def layers_of(desk: Desk, reading: Reading) -> list[EditLayer]:
    """What the editor shows for each label of a reading, in order.

    Args:
        desk: Of the reader.
        reading: As it stands in the store.

    Raises:
        StoreDamaged: A mask is missing or damaged.
        StoreUnreachable: The store does not answer.
    """
    state = session()
    state.colours = assign_colours([x.phrase for x in reading.item.labels], state.colours)
    return [
        _layer(desk, reading, label, state.colours[label.phrase.casefold()])
        for label in reading.item.labels
    ]


def _layer(desk: Desk, reading: Reading, label: Label, colour: str) -> EditLayer:
    edit, decision = reading.edits.get(label.id), reading.decisions.get(label.id)
    item = reading.item
    probability = _array(item, f"ai {label.id}", None, lambda: desk.probability(item, label))
    revision = edit.revision if edit else 0
    make = partial(desk.current_mask, reading, label)
    mask = _array(item, f"mask {label.id}", (reading.id, revision), make)
    return EditLayer(
        id=label.id,
        phrase=label.phrase,
        category=label.category,
        note=_NOTES.get(label.presence or "", ""),
        caution=label.presence in _NOTES,
        colour=colour,
        probability=probability,
        probability_sha256=hashlib.sha256(f"{label.id} {label.ai}".encode()).hexdigest(),
        threshold=label.threshold,
        mask=mask,
        sha256=edit.sha256 if edit else mask_sha256(mask),
        revision=revision,
        verdict=decision.verdict if decision else "",
        difficulty=decision.difficulty if decision else None,
        reason=decision.reason if decision else "",
        comment=decision.comment if decision else "",
        decision=decision.revision if decision else 0,
    )


def _array(item: Item, name: str, key: Hashable, make: Callable[[], Array]) -> Array:
    """An array of the item on show, decoded once a session; those of other items go."""
    arrays: dict[str, tuple[Hashable, Any]] = kept("review arrays", item.id, dict)
    return last_of(arrays, name, key, make)
