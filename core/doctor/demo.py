"""The doctor for the demo engine, which has no connection."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.backends import get_backend
from core.backends.base import ModelInput, RunControl
from core.doctor.case import Case, Checkup
from core.doctor.drawn import PHRASES, drawn_picture
from core.doctor.finding import Fact, from_error, ok
from core.doctor.machine import look_at_versions
from core.errors import BackendError
from core.geometry import Letterbox
from core.imaging.model import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.backends.base import Backend
    from core.doctor.finding import Finding

ENGINE = "Engine"
TRIAL = "Trial"


def examine_demo(control: RunControl | None = None) -> Iterator[Finding]:
    """Say that nothing is sent, and let the demo engine work on a drawn picture.

    Args:
        control: Asked whether to go on.

    Yields:
        What each step has found.

    Raises:
        Cancelled: The user stopped the examination.
    """
    yield ok(ENGINE, "The demo engine works on this computer; nothing is sent anywhere.")
    yield _try(control or RunControl())
    yield look_at_versions(Case(Checkup(None)))


def answer_to_trial(backend: Backend, control: RunControl | None) -> tuple[float, list[Fact]]:
    """Let an engine of this computer work on the drawn picture.

    Returns:
        Seconds that it took, and what else there is to tell.

    Raises:
        BackendError: It could not answer.
        Cancelled: The user stopped the examination.
    """
    picture = drawn_picture()
    frame = Frame(values=picture, rgb=picture)
    asked = ModelInput(picture, PHRASES, frame, Letterbox.fit(*picture.shape[:2]))
    started = time.monotonic()
    (reply,) = backend.segment([asked], control)
    seconds = time.monotonic() - started
    found = ", ".join(category or "none" for category in reply.categories)
    return seconds, [Fact("Time", f"{seconds:.2f} s"), Fact("Categories", found)]


def _try(control: RunControl) -> Finding:
    try:
        seconds, facts = answer_to_trial(get_backend("demo"), control)
    except BackendError as error:
        return from_error(TRIAL, error)
    return ok(TRIAL, f"The demo engine answers, in {seconds:.1f} s.", facts)
