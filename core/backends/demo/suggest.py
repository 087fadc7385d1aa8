"""Phrases that the demo engine can answer for a picture, to be offered before anything is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backends.demo.looks import guess
from core.backends.demo.targets import KNOWN
from core.backends.demo.view import View
from core.segmentation import prepare

if TYPE_CHECKING:
    from core.imaging.model import Frame


def suggest(frame: Frame) -> tuple[str, ...]:
    """First name of every target that goes with what the frame looks like, without repetition."""
    # The view needs a picture as the engine would get it; the phrase in it plays no part.
    look = guess(View.of(prepare(frame, "anything")))[0]
    return tuple(dict.fromkeys(target.phrases[0] for target in KNOWN if look in target.looks))
