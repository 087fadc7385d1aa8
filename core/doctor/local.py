"""The doctor for the local model: its packages, device, weights and memory, and a trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.backends import get_backend
from core.backends.local.device import place
from core.backends.local.memory import free_bytes, spoken_bytes, total_bytes
from core.doctor.case import Case, Checkup
from core.doctor.demo import ENGINE, TRIAL, answer_to_trial
from core.doctor.finding import Fact, from_error, ok, skipped
from core.doctor.machine import SETTINGS, look_at_versions, version_of
from core.errors import BackendError, SettingsError, WorkbenchError
from core.weights import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from core.backends.base import RunControl
    from core.doctor.finding import Finding
    from core.settings import LocalSettings

WEIGHTS = "Weights"

_PACKAGES = ("torch", "transformers", "safetensors", "huggingface_hub")


def examine_local(
    settings: LocalSettings | WorkbenchError,
    control: RunControl | None = None,
    *,
    trial: bool = True,
) -> Iterator[Finding]:
    """Look at what the local model needs, and let it work on a drawn picture.

    Args:
        settings: How it runs, or why the settings cannot be used.
        control: Asked whether to go on.
        trial: Whether the model is loaded and asked.

    Yields:
        What each step has found.

    Raises:
        Cancelled: The user stopped the examination.
    """
    if isinstance(settings, WorkbenchError):
        yield from_error(SETTINGS, settings)
    else:
        findings = [_look_at_engine(settings), _look_at_weights(settings)]
        yield from findings
        if any(finding.state == "failed" for finding in findings):
            yield skipped(TRIAL, "The model was not asked, since something is missing.")
        elif not trial:
            yield skipped(TRIAL, "The model was not asked, as wanted.")
        else:
            yield _try(settings, control)
    yield look_at_versions(Case(Checkup(None)))


def _look_at_engine(settings: LocalSettings) -> Finding:
    facts = [Fact(name, version_of(name)) for name in _PACKAGES]
    try:
        placement = place(settings)
    except WorkbenchError as error:
        return from_error(ENGINE, error, facts)
    free, total = free_bytes(placement), total_bytes(placement)
    if free is not None and total is not None:
        facts.append(Fact("Memory", f"{spoken_bytes(free)} of {spoken_bytes(total)} is free"))
    what = (
        f"The local model runs on {placement.title} with {placement.precision}; nothing is sent "
        "anywhere."
    )
    return ok(ENGINE, what, facts)


def _look_at_weights(settings: LocalSettings) -> Finding:
    try:
        size = find(settings).stat().st_size
    except WorkbenchError as error:
        return from_error(WEIGHTS, error)
    return ok(WEIGHTS, "The weights are there.", [Fact("Size", spoken_bytes(size))])


def _try(settings: LocalSettings, control: RunControl | None) -> Finding:
    try:
        seconds, facts = answer_to_trial(get_backend("local", settings), control)
    except (BackendError, SettingsError) as error:
        return from_error(TRIAL, error)
    return ok(TRIAL, f"The local model answers, in {seconds:.1f} s with loading.", facts)
