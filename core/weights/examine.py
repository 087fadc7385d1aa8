"""Whether a file is the checkpoint that it should be: its kind, its hash, what is in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from core.backends.base import RunControl
from core.backends.local.device import INSTALL
from core.errors import BackendError, ExportError, WeightsDamaged
from core.weights.digest import sha256_of
from core.weights.hub import Hub, Offer, offer_of
from core.weights.kind import refuse_other_kinds
from core.weights.official import FILE_NAME
from core.weights.parameters import look_into
from core.weights.record import Record, keep, record_of
from core.weights.stage import tell_nobody

if TYPE_CHECKING:
    from pathlib import Path

    from core.weights.record import Source
    from core.weights.stage import Tell

_UNREAD = f"The parameters were not looked at, since PyTorch is not installed. {INSTALL}"


@dataclass(frozen=True)
class Expected:
    """The hash that a file should have.

    Attributes:
        sha256: In hexadecimal.
        source: From where it comes.
        revision: The hub's revision that it belongs to, or empty.
    """

    sha256: str
    source: Source
    revision: str = ""

    @classmethod
    def of(cls, offer: Offer) -> Expected:
        """What the hub says."""
        return cls(offer.sha256, "hub", offer.revision)


@dataclass(frozen=True)
class Verdict:
    """A file that is in order.

    Attributes:
        record: What was found, as it is kept beside the file.
        remarks: Sentences for the user on what could not be made sure of.
    """

    record: Record
    remarks: tuple[str, ...] = ()


def verify(
    file: Path,
    *,
    expected: str | None = None,
    hub: Hub | None = None,
    tell: Tell = tell_nobody,
    control: RunControl | None = None,
) -> Verdict:
    """Check a file of weights from its first byte to its last, and keep what was found beside it.

    Its hash is compared with the one that is expected, else with the hub's, and with the one of
    the check before. What is in it is compared with what the network needs.

    Args:
        file: Which is there.
        expected: SHA-256 in lower case, when the user knows it.
        hub: To ask for the hash when none is given; None asks nobody.
        tell: Gets how far it is.
        control: Asked whether to stop.

    Raises:
        WeightsDamaged: It is not the file that it should be.
        ExportError: It cannot be read, or the result cannot be kept beside it.
        Cancelled: The user stopped it.
    """
    before = record_of(file)
    wanted, remarks = wanted_hash(file, expected, hub)
    try:
        verdict = _judged(file, wanted, before, tell, control or RunControl())
    except WeightsDamaged:
        if before is not None:
            # Keeps the hash that it once had, and not the word that it is in order.
            keep(replace(before, modified_ns=0), file)
        raise
    keep(verdict.record, file)
    return replace(verdict, remarks=(*remarks, *verdict.remarks))


def examine(file: Path, wanted: Expected | None, tell: Tell, control: RunControl) -> Verdict:
    """Check a file that was never checked before; keeps nothing.

    Raises:
        WeightsDamaged: It is not the file that it should be.
        ExportError: It cannot be read.
        Cancelled: The user stopped it.
    """
    return _judged(file, wanted, None, tell, control)


def wanted_hash(
    file: Path, given: str | None, hub: Hub | None
) -> tuple[Expected | None, tuple[str, ...]]:
    """The hash to compare a file's with, or None, and a remark when the hub did not tell it.

    Args:
        file: Of which only the ending matters: one that was made from the hub's file and is of
            another kind has another hash.
        given: What the user says.
        hub: To ask when nothing is given; None asks nobody.
    """
    if given is not None:
        return Expected(given, "given"), ()
    if hub is None or file.suffix != PurePath(FILE_NAME).suffix:
        return None, ()
    try:
        return Expected.of(offer_of(hub)), ()
    except BackendError as error:
        return None, (f"The hash could not be compared with the hub's. {error.what}",)


def _judged(
    file: Path, wanted: Expected | None, before: Record | None, tell: Tell, control: RunControl
) -> Verdict:
    refuse_other_kinds(file)
    try:
        state, sha256 = file.stat(), sha256_of(file, tell, control)
    except OSError as problem:
        raise ExportError(
            f"The file of weights cannot be read: {problem.strerror or 'unknown reason'}.",
            "Check the disk, and who may read the file.",
        ) from None
    source, revision, remarks = _compared(sha256, wanted, before)
    parameters, values = look_into(file, tell, control)
    record = Record(
        state.st_size,
        state.st_mtime_ns,
        sha256,
        datetime.now(UTC).replace(microsecond=0),
        source,
        revision,
        parameters,
        values,
    )
    return Verdict(record, remarks if parameters else (*remarks, _UNREAD))


def _compared(
    sha256: str, wanted: Expected | None, before: Record | None
) -> tuple[Source, str, tuple[str, ...]]:
    """With what the hash agrees, at which revision of the hub, and remarks.

    Raises:
        WeightsDamaged: It disagrees.
    """
    if wanted is not None and wanted.sha256 == sha256:
        return wanted.source, wanted.revision, ()
    if wanted is not None and wanted.source == "given":
        raise WeightsDamaged(
            f"The file has the SHA-256 {sha256}, not the one that was given.",
            "Download it again: python -m core weights --download",
        )
    if before is not None and before.sha256 != sha256:
        raise WeightsDamaged(
            f"The file has changed since it was checked on {before.checked_at:%Y-%m-%d}: its "
            f"SHA-256 was {before.sha256[:12]}... and is {sha256[:12]}... now.",
            "Download it again with python -m core weights --download, or, when you have replaced "
            "it yourself, run: python -m core weights --verify --sha256 HASH",
        )
    known = before is not None and before.source != "nothing"
    if wanted is not None and not known:
        raise WeightsDamaged(
            f"The file is not the one that the hub offers: its SHA-256 is {sha256[:12]}..., the "
            f"hub's is {wanted.sha256[:12]}....",
            "Download it with python -m core weights --download, or, when you mean another "
            "checkpoint, run: python -m core weights --verify --sha256 HASH",
        )
    remarks = ("The hub offers another file by now.",) if wanted is not None else ()
    if before is None:
        return "nothing", "", remarks
    return before.source, before.revision, remarks
