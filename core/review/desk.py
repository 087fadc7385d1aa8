"""One reader's view of one project: everything that a page or a command does goes through here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.png import encode_mask_png
from core.review import claims, notes, reading
from core.review.files import (
    cut_of,
    refuse_damaged,
    stored_mask,
)
from core.review.marks import Choice, add_decision, add_edit, newest_of
from core.review.office import Office
from core.review.queue import Filter
from core.review.queue_order import neighbour_of, progress_of, queue_of
from core.review.tables import EditRow

if TYPE_CHECKING:
    from core.review.masks import Bool
    from core.review.queue import Progress, QueueEntry
    from core.review.values import (
        Decision,
        Edit,
        Label,
        Pin,
        Purpose,
        Reading,
        Verdict,
    )

_EVERYTHING = Filter()


class Desk(Office):
    """One reader's view of one project; all of :class:`~core.review.office.Office` is part of it.

    Nobody sees anything of another one's reading before the item is complete, and after that only
    adjudicators and owners do.
    """

    # What there is to read.

    def queue(self, wanted: Filter = _EVERYTHING) -> tuple[QueueEntry, ...]:
        """The queue in the project's order; what is assigned to others only is left out."""
        with self._door.read() as access:
            return queue_of(access, wanted)

    def progress(self) -> Progress:
        """How far the project and this reader are."""
        with self._door.read() as access:
            return progress_of(access)

    def neighbour(self, item_id: str, step: int, wanted: Filter = _EVERYTHING) -> str | None:
        """The item so many steps on in the queue (back when negative) that can be opened.

        What others hold is skipped; what this reader has finished is not, unless the filter does.
        None when there is no further one.
        """
        with self._door.read() as access:
            return neighbour_of(access, item_id, step, wanted)

    # Reading.

    def open(self, item_id: str, purpose: Purpose = "read") -> Reading:
        """Begin a reading or go on with it, and keep a place for ``rules.claim_minutes``.

        One that this reader has finished opens as it is, without a claim.

        Raises:
            ItemTaken: Others have all places of the item.
            ReviewError: There is nothing to adjudicate yet.
        """
        with self._door.change() as access:
            item = access.item(item_id)
            return reading.shown(access, claims.claim(access, item, purpose), item)

    def touch(self, reading_id: str, seconds: float) -> None:
        """Count time (3600 seconds a call at most) and keep the place.

        Raises:
            InputError: It is no length of time.
            ItemTaken: The claim ran out, and others have taken all places.
        """
        with self._door.change() as access:
            reading.add_time(access, reading_id, seconds)

    def release(self, reading_id: str) -> None:
        """Let others have the place; what was done stays stored."""
        with self._door.change() as access:
            reading.give_up(access, reading_id)

    def finish(self, reading_id: str) -> None:
        """End a reading. An adjudication sets the outcome of each of its labels.

        Raises:
            ItemTaken: The claim ran out, and others have taken all places.
            ReviewError: A label is undecided.
        """
        with self._door.change() as access:
            reading.finish(access, reading_id)

    def reopen(self, reading_id: str) -> None:
        """Go on with a finished reading.

        Raises:
            ReviewError: The item is complete, so that others may have seen the reading.
        """
        with self._door.change() as access:
            reading.take_up_again(access, reading_id)

    def current_mask(self, reading: Reading, label: Label) -> Bool:
        """The newest mask of a reading as bool (H, W): the last edit, or the AI's own mask."""
        with self._door.read() as access:
            own, item = access.own_reading(reading.id)
            kept = access.label_to_read(item, own, label.id)
            edit = newest_of(access.session, EditRow, own, kept)
        if edit is not None:
            return stored_mask(self._blobs, item, edit.mask)
        return cut_of(self._blobs, item, kept)

    # Edits and decisions.

    def save_edit(
        self, reading_id: str, label_id: str, mask: Bool, *, sha256: str, base: int
    ) -> Edit:
        """Store a mask; the one that is the newest already is acknowledged.

        It is stored even when the claim has run out: nothing that was drawn is thrown away.

        Args:
            reading_id: Of this reader.
            label_id: Of a label of the reading.
            mask: bool (H, W).
            sha256: :func:`~core.review.masks.mask_sha256` where it was drawn.
            base: Revision that it was drawn on, 0 for the AI's own mask.

        Raises:
            EditDamaged: It is not what was drawn, or not of the item's size.
            EditConflict: There is a newer one than ``base``.
            ReviewError: The reading is finished.
        """
        with self._door.read() as access:
            own, item = access.own_reading(reading_id)
            access.label_to_read(item, own, label_id)
        refuse_damaged(item, mask, sha256)
        # The file is safe before the row that names it.
        blob = self._blobs.put(encode_mask_png(mask))
        with self._door.change() as access:
            return add_edit(access, reading_id, label_id, blob=blob, sha256=sha256, base=base)

    def decide(
        self,
        reading_id: str,
        label_id: str,
        verdict: Verdict,
        *,
        base: int,
        difficulty: int | None = None,
        reason: str = "",
        comment: str = "",
    ) -> Decision:
        """Store a decision on the newest mask; the same one again is acknowledged.

        ``"accept"`` on a mask that is not the AI's own is stored as ``"change"``, and the other
        way round.

        Args:
            reading_id: Of this reader.
            label_id: Of a label of the reading.
            verdict: What is decided.
            base: Revision of the decision that it follows, 0 for none.
            difficulty: 1 (easy) to 3 (hard), or None.
            reason: One of the project's reasons, or "".
            comment: Free text of up to 2000 characters.

        Raises:
            InputError: A value is out of its range.
            EditConflict: There is a newer one than ``base``.
            ReviewError: The reading is finished.
        """
        choice = Choice(verdict, difficulty, reason, comment)
        with self._door.read() as access:
            own, item = access.own_reading(reading_id)
            label = access.label_to_read(item, own, label_id)
            drawn = newest_of(access.session, EditRow, own, label) is not None
        cut = None
        if not drawn and verdict != "absent":
            cut = self._blobs.put(encode_mask_png(cut_of(self._blobs, item, label)))
        with self._door.change() as access:
            return add_decision(access, reading_id, label_id, choice, cut=cut, base=base)

    def add_label(self, reading_id: str, phrase: str) -> Label:
        """Add a label that starts empty; nobody else sees it before the item is complete.

        Raises:
            PhraseError: The phrase cannot be used, or is there already.
            ReviewError: The reading is finished.
        """
        with self._door.change() as access:
            return notes.add_label(access, reading_id, phrase)

    def pin(self, reading_id: str, row: int, column: int, text: str) -> Pin:
        """Pin a comment to a pixel; the same one again is acknowledged.

        Raises:
            InputError: The point is beside the image, or the text is empty or too long.
            ReviewError: The reading is finished.
        """
        with self._door.change() as access:
            return notes.add_pin(access, reading_id, row, column, text)

    def unpin(self, reading_id: str, pin_id: str) -> None:
        """Take a comment back.

        Raises:
            ReviewError: The reading is finished.
        """
        with self._door.change() as access:
            notes.remove_pin(access, reading_id, pin_id)
