"""The demo engine: classical image processing behind the same protocol as the real model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.backends.base import ModelReply, RunControl
from core.backends.demo.looks import Look, guess
from core.backends.demo.targets import KNOWN, Target, named, normalised
from core.backends.demo.view import View
from core.imaging.model import Notice
from core.prompts import category_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.backends.base import ModelInput

    Uint8 = npt.NDArray[np.uint8]

MAX_ROWS = 16
# Under this many model pixels on the shorter side there is no anatomy to see.
_LEAST_SIDE = 24


class DemoBackend:
    """Runs on any computer without an account, on the pixels it is given.

    It is not MedImageParse: it knows the targets of :data:`KNOWN`, in the kinds of picture they
    are listed with, and says so when it is asked for anything else. The same picture and phrases
    always give the same bytes.
    """

    name = "demo"
    label = "Demo engine: classical image processing, not MedImageParse"
    max_rows = MAX_ROWS
    workers = 1
    leaves_machine = False

    def segment(
        self, inputs: Sequence[ModelInput], control: RunControl | None = None
    ) -> list[ModelReply]:
        """Look for the phrases in each picture; see :meth:`core.backends.base.Backend.segment`.

        Raises:
            Cancelled: The user stopped the run; asked before every phrase.
        """
        watch = control or RunControl()
        return [_reply(asked, watch) for asked in inputs]


def _reply(asked: ModelInput, control: RunControl) -> ModelReply:
    view = View.of(asked)
    looks = guess(view)
    side = asked.letterbox.side
    maps = np.zeros((len(asked.phrases), side, side), dtype=np.uint8)
    categories: list[str | None] = []
    notices: dict[Notice, None] = {}
    for row, phrase in enumerate(asked.phrases):
        control.checkpoint()
        targets = named(phrase)
        target = _fitting(targets, looks)
        if target is None:
            notices[_why_not(phrase, targets, looks)] = None
            categories.append(_category(phrase, targets[0] if targets else None))
            continue
        soft = _found(target, view)
        maps[row] = view.placed(soft)
        notices[_about(phrase, target, soft)] = None
        categories.append(_category(phrase, target))
    return ModelReply(
        probabilities=maps,
        categories=tuple(categories),
        notices=tuple(notice for notice in notices if notice.text),
    )


def _category(phrase: str, target: Target | None) -> str | None:
    """Category of the phrase itself, or else of what it was taken for."""
    return category_of(normalised(phrase)) or (target.category if target else None)


def _fitting(targets: tuple[Target, ...], looks: tuple[Look, ...]) -> Target | None:
    """The target for the likeliest kind of picture that any of them is made for."""
    for look in looks:
        for target in targets:
            if look in target.looks:
                return target
    return None


def _found(target: Target, view: View) -> Uint8:
    """Run the method, unless the picture is too narrow to hold anything."""
    if min(view.shape) < _LEAST_SIDE:
        return np.zeros(view.shape, dtype=np.uint8)
    return target.method(view)


def _about(phrase: str, target: Target, soft: Uint8) -> Notice:
    """What comes with a result: that there is none, or what to keep in mind about it."""
    if not (soft >= 128).any():
        text = f"The demo engine found no {phrase} in this picture."
        return Notice("not_found", text, "warning")
    return Notice("demo_caution", target.caution, "info")


def _why_not(phrase: str, targets: tuple[Target, ...], looks: tuple[Look, ...]) -> Notice:
    """Why a phrase was not looked for."""
    if not targets:
        known = ", ".join(dict.fromkeys(target.phrases[0] for target in KNOWN))
        text = f"The demo engine does not know “{phrase}”. It knows: {known}."
        return Notice("unknown_phrase", text, "warning")
    places = " and ".join(dict.fromkeys(look for target in targets for look in target.looks))
    text = f"The demo engine looks for {phrase} in {places}; this looks like {_article(looks[0])}."
    return Notice("other_picture", text, "warning")


def _article(look: Look) -> str:
    """The kind of picture with its article."""
    return f"{'an' if look[0] in 'aeiou' else 'a'} {look}"
