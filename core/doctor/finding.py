"""What one step of the connection doctor has found, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.errors import BackendError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.errors import WorkbenchError

State = Literal["ok", "failed", "warning", "skipped", "unknown"]


@dataclass(frozen=True)
class Fact:
    """One value that helps whoever mends the connection.

    Attributes:
        label: What it is.
        value: In words or numbers with their unit.
        personal: True when it names a person or account; a report leaves it out unless asked.
    """

    label: str
    value: str
    personal: bool = False


@dataclass(frozen=True)
class Finding:
    """What came of one step.

    Attributes:
        step: Name of the step.
        state: ``"ok"``; ``"failed"``: nothing works before it is mended; ``"warning"``: it works,
            but not well; ``"skipped"``: not looked at; ``"unknown"``: it could not be found out.
        what: One sentence for what was found; holds no name of a person.
        next_step: One sentence with the command or portal step that mends it, or empty.
        facts: Values beside it.
    """

    step: str
    state: State
    what: str
    next_step: str = ""
    facts: tuple[Fact, ...] = ()


def ok(step: str, what: str, facts: Sequence[Fact] = ()) -> Finding:
    """All is well."""
    return Finding(step, "ok", what, facts=tuple(facts))


def failed(step: str, what: str, next_step: str, facts: Sequence[Fact] = ()) -> Finding:
    """Nothing works before this is mended."""
    return Finding(step, "failed", what, next_step, tuple(facts))


def warning(step: str, what: str, next_step: str, facts: Sequence[Fact] = ()) -> Finding:
    """It works, but not well."""
    return Finding(step, "warning", what, next_step, tuple(facts))


def unknown(step: str, what: str, next_step: str, facts: Sequence[Fact] = ()) -> Finding:
    """It could not be found out."""
    return Finding(step, "unknown", what, next_step, tuple(facts))


def skipped(step: str, what: str, next_step: str = "") -> Finding:
    """Not looked at."""
    return Finding(step, "skipped", what, next_step)


def from_error(
    step: str, error: WorkbenchError, facts: Sequence[Fact] = (), *, state: State = "failed"
) -> Finding:
    """Tell what stopped a step, in the error's own sentences."""
    more = [Fact("Details", error.details)] if error.details else []
    if isinstance(error, BackendError) and error.request_id:
        more.append(Fact("Request id", error.request_id))
    return Finding(step, state, error.what, error.next_step, (*facts, *more))
