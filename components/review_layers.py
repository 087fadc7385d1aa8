"""The labels of a reading as the editor shows them, with arrays that are decoded once."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.state import session
from components.viewer.editing import EditLayer
from core.analysis.presence import TITLES
from core.palette import assign_colours
from core.review.masks import mask_sha256

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    import numpy.typing as npt

    from core.review.desk import Desk
    from core.review.values import Label, Reading

    Array = TypeVar("Array", bound=npt.NDArray[Any])

_KEY = "_review_arrays"
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
    probability = _kept(item.id, f"ai {label.id}", lambda: desk.probability(item, label))
    revision = edit.revision if edit else 0
    mask = _kept(
        item.id, f"{reading.id} {label.id} {revision}", lambda: desk.current_mask(reading, label)
    )
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


def _kept(item: str, name: str, make: Callable[[], Array]) -> Array:
    """An array of the item on show, decoded once a session; those of other items go."""
    shown, arrays = st.session_state.get(_KEY, ("", {}))
    if shown != item:
        arrays = {}
        st.session_state[_KEY] = (item, arrays)
    if name not in arrays:
        # Older revisions of the same mask are not needed any more.
        stem = name.rpartition(" ")[0]
        for old in [key for key in arrays if key.rpartition(" ")[0] == stem]:
            del arrays[old]
        arrays[name] = make()
    found: Array = arrays[name]
    return found
