"""A project as a member meets it: its people, pictures and results."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.png import encode_mask_png
from core.review import members, outcomes
from core.review.access import Door, utc_now
from core.review.examples import examples_of
from core.review.files import (
    cut_of,
    probability_of,
    refuse_damaged,
    refuse_hidden,
    stored_mask,
)
from core.review.items import add_rows, rows_of
from core.review.projects import project_seen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from core.analysis.presence_fit import Example
    from core.review.masks import Bool, Uint8
    from core.review.results import Case, Method, Outcome
    from core.review.store import Store
    from core.review.values import (
        Item,
        Label,
        Member,
        NewItem,
        Project,
        Reader,
        Role,
        Rules,
        Verdict,
    )


class Office:
    """What is arranged in a project, what its pictures are, and what became of them.

    Every method looks up the reader's role anew, in the transaction in which it reads or changes,
    and raises :class:`~core.errors.AccessRefused` where it does not allow what is asked for, or
    where what is named is not in the project or not for this reader, and
    :class:`~core.errors.StoreUnreachable` where the database or the folder does not answer.

    Args:
        store: Where reviews are kept.
        project_id: Of the project.
        reader: Who comes.
        clock: Gives the time in UTC.
    """

    def __init__(
        self,
        store: Store,
        project_id: str,
        reader: Reader,
        *,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._door = Door(store, project_id, reader, clock)
        self._blobs = store.blobs

    @property
    def reader(self) -> Reader:
        """Who comes."""
        return self._door.reader

    def project(self) -> Project:
        """The project as this reader sees it."""
        with self._door.read() as access:
            return project_seen(access.session, access.project, access.role)

    # What an owner arranges.

    def add_items(self, items: Iterable[NewItem]) -> tuple[str, ...]:
        """Put items behind those that are there, all or none of them, and give their ids.

        Raises:
            InputError: An item makes no sense.
        """
        with self._door.read("owner"):
            pass
        rows = [rows_of(self._blobs, item) for item in items]
        with self._door.change("owner") as access:
            return add_rows(access, rows)

    def change(self, *, name: str | None = None, rules: Rules | None = None) -> None:
        """Give the project another name or other rules; items that were begun keep theirs.

        Raises:
            InputError: The name or the rules make no sense.
        """
        with self._door.change("owner") as access:
            members.change_project(access, name, rules)

    def members(self) -> tuple[Member, ...]:
        """Who takes part, by name; every member may know."""
        with self._door.read() as access:
            return members.members_of(access)

    def set_role(self, reader_id: str, role: Role | None) -> None:
        """Give a reader a role, or take it away.

        Raises:
            ReviewError: The project would be left without an owner.
        """
        with self._door.change("owner") as access:
            members.set_role_of(access, reader_id, role)

    def assign(self, item_ids: Sequence[str], reader_ids: Sequence[str]) -> None:
        """Mean items for these readers only, or for everybody when none is given."""
        with self._door.change("owner") as access:
            members.assign_items(access, item_ids, reader_ids)

    # Pictures and masks.

    def image(self, item: Item) -> bytes:
        """The file of an item."""
        with self._door.read() as access:
            digest = access.item(item.id).image
        return self._blobs.get(digest)

    def probability(self, item: Item, label: Label) -> Uint8:
        """The AI's map as uint8 (H, W); zeros for a label that started empty."""
        with self._door.read() as access:
            row = access.item(item.id)
            kept = access.label(row, label.id)
        return probability_of(self._blobs, row, kept)

    def ai_mask(self, item: Item, label: Label) -> Bool:
        """The AI's own mask as bool (H, W): where the map is at least the label's threshold."""
        with self._door.read() as access:
            row = access.item(item.id)
            kept = access.label(row, label.id)
        return cut_of(self._blobs, row, kept)

    def mask(self, item: Item, blob: str) -> Bool:
        """A stored mask of an item as bool (H, W): one's own, or one of a case."""
        with self._door.read() as access:
            row = access.item(item.id)
            refuse_hidden(access, row, blob)
        return stored_mask(self._blobs, row, blob)

    # For adjudicators and owners.

    def cases(self) -> tuple[Case, ...]:
        """The labels of complete items, each with every finished reading."""
        with self._door.read("adjudicator") as access:
            return outcomes.cases_of(access)

    def set_outcome(
        self, label_id: str, *, method: Method, verdict: Verdict, mask: Bool | None
    ) -> Outcome:
        """Set what becomes of a label of a complete item; the newest outcome holds.

        Args:
            label_id: Of a case.
            method: How it was found.
            verdict: The final verdict.
            mask: bool (H, W), or None where there is none.

        Raises:
            EditDamaged: The mask is not of the item's size.
            InputError: A label without a mask is accepted.
            ReviewError: The item is not complete.
        """
        with self._door.read("adjudicator") as access:
            _, item = outcomes.closed_label(access, label_id)
        blob = None
        if mask is not None:
            refuse_damaged(item, mask)
            blob = self._blobs.put(encode_mask_png(mask))
        with self._door.change("adjudicator") as access:
            label, _ = outcomes.closed_label(access, label_id)
            return outcomes.add_outcome(access, label, method=method, verdict=verdict, mask=blob)

    def examples(self) -> tuple[Example, ...]:
        """What the readers' answers say about the AI's masks, to fit a rule for believing them.

        See :func:`core.review.examples.examples_of`, and :mod:`core.analysis.presence_fit`.
        """
        cases = self.cases()
        return tuple(examples_of(cases, lambda case: self.probability(case.item, case.label)))
