"""Downloading the weights: in one piece or many, and never in the place of a file that is whole.

``hf_hub_download`` of huggingface_hub 2 begins at the first byte after every interruption: its
unfinished file is deleted. So the hub is asked for address and hash, and the bytes are fetched
here, on from where an earlier try has ended.
"""

from __future__ import annotations

import random
from pathlib import PurePath
from typing import TYPE_CHECKING

import requests
import urllib3.exceptions as u3

from core.backends.base import RunControl
from core.backends.retry import BACKING_OFF, Clock, Failure, persist
from core.batch.lock import only_one
from core.errors import ConnectionFailed, InputError, ServiceFault, WeightsDamaged
from core.settings.names import LOCAL_WEIGHTS
from core.weights.examine import Expected
from core.weights.folder import make_folder, refusing_full_disk, require_room
from core.weights.hub import Hub, offer_of, source_of
from core.weights.hub_failures import AGAIN
from core.weights.intake import settle
from core.weights.official import FILE_NAME
from core.weights.stage import Stage, tell_nobody

if TYPE_CHECKING:
    from pathlib import Path

    from core.weights.examine import Verdict
    from core.weights.hub import Offer, Source
    from core.weights.stage import Tell

_PIECE = 1 << 16
"""Bytes that are written at once; a break loses fewer."""

_TIMEOUTS_S = (20.0, 20.0)
_BUDGET_S = 60.0
"""How long all pauses without one new byte may be, together."""


def download(
    hub: Hub,
    place: Path,
    *,
    tell: Tell = tell_nobody,
    control: RunControl | None = None,
    clock: Clock = Clock(),  # noqa: B008 - frozen
) -> Verdict:
    """Download the official weights, check them, and only then put them in their place.

    What has arrived before an interruption is kept in a file beside the place, and the next call
    goes on behind it.

    Args:
        hub: Where from, and who asks.
        place: Where the file belongs; what is there is replaced at the end.
        tell: Gets how far it is.
        control: Asked whether to stop.
        clock: Where time comes from.

    Raises:
        LocalModelMissing: ``huggingface_hub`` is not installed.
        SignInRefused: Nobody is signed in, or the terms are not accepted.
        ConnectionFailed: The hub cannot be reached, or the connection broke again and again.
        EndpointNotFound: The hub has no such file.
        ExportError: The disk is full, or cannot be written to.
        InputError: Another command is at work in that folder, or the place is for another kind.
        WeightsDamaged: What arrived is not what the hub says it is.
        Cancelled: The user stopped it.
    """
    control = control or RunControl()
    _refuse_other_place(place)
    offer = offer_of(hub)
    make_folder(place.parent)
    with only_one(place.parent):
        part = place.with_name(f"unfinished-{offer.sha256[:8]}-{place.name}")
        there = _size(part)
        require_room(place.parent, offer.size - there)
        while there < offer.size:
            there = persist(
                lambda _: _go_on(hub, offer, part, tell, control),
                budget_s=_BUDGET_S,
                control=control,
                clock=clock,
                rng=random.Random(),  # noqa: S311 - spreads clients, guards nothing
            )
        try:
            return settle(part, place, Expected.of(offer), tell, control)
        except WeightsDamaged:
            part.unlink(missing_ok=True)  # else the next try would end with the same bytes
            raise


def _refuse_other_place(place: Path) -> None:
    if place.suffix != PurePath(FILE_NAME).suffix:
        raise InputError(
            f"The hub has {FILE_NAME}, and the place for the weights ends in "
            f"{place.suffix[:20]!r}.",
            f"Set {LOCAL_WEIGHTS.name} to a file that ends in .pt.",
        )


def _go_on(hub: Hub, offer: Offer, part: Path, tell: Tell, control: RunControl) -> int | Failure:
    """Append what comes over one connection; how many bytes are there now, or why none came."""
    before = _size(part)
    try:
        failure = _append(source_of(hub, offer), offer, part, tell, control)
    except (requests.RequestException, u3.HTTPError) as problem:
        failure = _broken(type(problem).__name__)
    except (ConnectionFailed, ServiceFault) as error:  # the hub answered when it was asked first
        failure = Failure(type(error), error.what, error.next_step, error.details, pace=BACKING_OFF)
    now = _size(part)
    return now if failure is None or now > before else failure


def _append(
    source: Source, offer: Offer, part: Path, tell: Tell, control: RunControl
) -> Failure | None:
    there = _size(part)
    headers = {"Accept-Encoding": "identity", "Range": f"bytes={there}-"}
    if source.token is not None:
        headers["Authorization"] = f"Bearer {source.token.reveal()}"
    with (
        requests.get(source.url, headers=headers, stream=True, timeout=_TIMEOUTS_S) as reply,
        refusing_full_disk(part.parent),
    ):
        if reply.status_code not in {200, 206}:
            return _refused(reply.status_code)
        goes_on = reply.headers.get("Content-Range", "").startswith(f"bytes {there}-")
        with part.open("ab") as target:
            if not goes_on:
                target.truncate(0)
                there = 0
            for piece in reply.iter_content(_PIECE):
                control.checkpoint()
                target.write(piece)
                there += len(piece)
                tell(Stage("download", there, offer.size))
    return None if there >= offer.size else _broken("it ended early")


def _refused(status: int) -> Failure:
    return Failure(
        ServiceFault,
        f"The store of the hub's files answered with an error ({status}).",
        f"What has arrived is kept; wait a few minutes and run: {AGAIN}",
        pace=BACKING_OFF,
    )


def _broken(details: str) -> Failure:
    return Failure(
        ConnectionFailed,
        "The connection to the hub broke while the weights were downloaded.",
        f"What has arrived is kept; to go on, run: {AGAIN}",
        details=details,
        pace=BACKING_OFF,
    )


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0
