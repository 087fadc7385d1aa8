"""From a file of weights to a model that is ready: room, precision, and one look at both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from core.backends.local.agreement import agreement, fell_back, trial_reply
from core.backends.local.device import Placement, place
from core.backends.local.failures import no_room, translated
from core.backends.local.memory import free_bytes, give_back

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from core.backends.local.model import LocalModel
    from core.imaging.model import Notice
    from core.settings import LocalSettings

    OpenModel = Callable[[Path, Placement], LocalModel[Any]]


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model that is ready.

    Attributes:
        model: On its device.
        placement: Where it runs.
        notices: What every reply of it says.
        weights_sha256: Of its file, from the last check; None when there was none.
    """

    model: LocalModel[Any]
    placement: Placement
    notices: tuple[Notice, ...] = ()
    weights_sha256: str | None = None


def load_model(
    settings: LocalSettings,
    *,
    find: Callable[[LocalSettings], Path] | None = None,
    place: Callable[[LocalSettings], Placement] = place,
    open_model: OpenModel | None = None,
) -> Loaded:
    """Load the model as the settings want it; half precision only where it gives the same masks.

    Args:
        settings: Of the operator.
        find: Finds the file of weights; None looks where ``python -m core weights`` puts it.
        place: Chooses device and precision.
        open_model: Builds the network; None builds BiomedParse v1.

    Raises:
        LocalModelMissing: torch or the weights are not there.
        WeightsDamaged: The file is not the one that the network needs.
        OutOfMemory: There is less memory than the weights need.
        ModelFailed: torch failed in another way.
        SettingsError: The device is not there.
    """
    placement = place(settings)
    path = (find or _find)(settings)
    needed, free = path.stat().st_size, free_bytes(placement)
    if free is not None and free < needed:
        raise no_room(needed, free, placement)
    try:
        loaded = _load(open_model or _open_v1, path, placement)
        return replace(loaded, weights_sha256=_checked_hash(path))
    except (MemoryError, RuntimeError) as problem:
        error = translated(problem, placement)
    raise error


def _load(opened: OpenModel, path: Path, placement: Placement) -> Loaded:
    if placement.precision == "fp32":
        return Loaded(opened(path, placement), placement)
    full = replace(placement, precision="fp32")
    wanted = trial_reply(opened(path, replace(full, compiled=False)))
    give_back(placement)
    model = opened(path, placement)
    found = agreement(wanted, trial_reply(model))
    if found.holds:
        return Loaded(model, placement)
    del model
    give_back(placement)
    return Loaded(opened(path, full), full, (fell_back(placement.precision, found),))


def _checked_hash(path: Path) -> str | None:
    from core.weights import record_of  # noqa: PLC0415 - needed by this backend only

    record = record_of(path)
    return record.sha256 if record is not None and record.is_of(path) else None


def _find(settings: LocalSettings) -> Path:
    from core.weights import find  # noqa: PLC0415 - needed by this backend only

    return find(settings)


def _open_v1(path: Path, placement: Placement) -> LocalModel[Any]:
    from core.backends.local.network.v1 import BiomedParseV1  # noqa: PLC0415 - imports torch

    return BiomedParseV1.load(
        path,
        device=placement.device,
        precision=placement.precision,
        compile=placement.compiled,
    )
