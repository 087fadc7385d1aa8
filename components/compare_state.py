"""What the page Compare keeps of one session: results of both sides, and how each began."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

from components.engine_panel import Engine, current_backend, engine_settings
from components.state import RESULT_BUDGET_BYTES
from core.settings import AzureSettings

if TYPE_CHECKING:
    from collections.abc import Hashable

    from components.state import Session
    from components.viewer.compare import CompareLevels
    from core.backends.base import Backend
    from core.segmentation import Segmentation

_KEY = "compare_desk"


@dataclass(frozen=True)
class Asked:
    """What one side asks an engine.

    Attributes:
        frame: Hash of the frame.
        phrases: In order.
        engine: What the engine is called.
    """

    frame: str
    phrases: tuple[str, ...]
    engine: str


class ResultShelf:
    """Results by what was asked, the ones used last, up to a number of bytes.

    Jobs put results in from threads of their own.

    Args:
        budget: Bytes to keep at most; the newest result stays in any case.
    """

    def __init__(self, budget: int = RESULT_BUDGET_BYTES // 2) -> None:
        self._budget = budget
        self._results: OrderedDict[Asked, Segmentation] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, asked: Asked) -> Segmentation | None:
        """The result, when it is still there."""
        with self._lock:
            if asked in self._results:
                self._results.move_to_end(asked)
            return self._results.get(asked)

    def put(self, asked: Asked, result: Segmentation) -> None:
        """Keep a result; the oldest go when there are too many."""
        with self._lock:
            self._results[asked] = result
            self._results.move_to_end(asked)
            while len(self._results) > 1 and self._size() > self._budget:
                self._results.popitem(last=False)

    def _size(self) -> int:
        return sum(
            mask.probability.nbytes for result in self._results.values() for mask in result.masks
        )


@dataclass
class CompareDesk:
    """What lies on the page between reruns.

    Attributes:
        shelf: Results of both sides.
        begun: Of each image, the phrases and the backend that side A last took over from the page
            Segment.
        table: The thresholds for the table, and what both sides had asked when it was wanted.
        backends: By name, what it is known by and the backend, so that connections stay open.
    """

    shelf: ResultShelf = field(default_factory=ResultShelf)
    begun: dict[str, Hashable] = field(default_factory=dict)
    table: tuple[Hashable, CompareLevels] | None = None
    backends: dict[str, tuple[Hashable, Backend]] = field(default_factory=dict)

    def find(self, state: Session, asked: Asked) -> Segmentation | None:
        """The answer to a question, from here or from the page Segment."""
        there = state.results.get(asked.frame)
        if there and (there.phrases, there.engine) == (asked.phrases, asked.engine):
            return there
        return self.shelf.get(asked)

    def engine(self, state: Session, name: str) -> Engine:
        """The engine with this name; without a backend while no endpoint is set.

        Raises:
            WorkbenchError: The endpoint, the sign-in or the local model is not set up.
        """
        settings = engine_settings(state, name)
        if name == "azure" and settings is None:
            return Engine(None)
        kept = current_backend(state, name, settings, self.backends.get(name))
        self.backends[name] = kept
        return Engine(kept[1], settings.host if isinstance(settings, AzureSettings) else "")


def compare_desk() -> CompareDesk:
    """The desk of this browser session, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = CompareDesk()
    desk: CompareDesk = st.session_state[_KEY]
    return desk
