"""What the pages of the review share: nothing is shown before it is known who reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from components.notices import guarded
from components.review_access import current_reader, review_store

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.review.store import Store
    from core.review.values import Reader


def show_to_reader(
    show: Callable[[Store, Reader], None], introduce: Callable[[], None] | None = None
) -> None:
    """Show a page to the reader of this session, and say what stands in its way.

    Args:
        show: The page.
        introduce: Says what the page is for, under the question who reads.
    """

    def _show() -> None:
        store = review_store()
        reader = current_reader(store)
        if reader is not None:
            show(store, reader)
        elif introduce is not None:
            introduce()

    guarded(_show)
