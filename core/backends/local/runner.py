"""The one model of a process: loaded when first needed, used in turns, in pieces that fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from typing import TYPE_CHECKING

import numpy as np

from core.backends.base import ModelRecord, ModelReply, RunControl, Waiting
from core.backends.local.device import place
from core.backends.local.embeddings import EmbeddingKey, EmbeddingShelf
from core.backends.local.failures import is_out_of_memory, out_of_memory, translated
from core.backends.local.loading import load_model
from core.backends.local.memory import cache_bytes, give_back, rows_at_once
from core.backends.local.turns import Turns
from core.imaging.model import Notice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    from core.backends.base import ModelInput
    from core.backends.local.device import Placement
    from core.backends.local.loading import Loaded
    from core.backends.local.model import Embedding
    from core.settings import LocalSettings

MAX_ROWS = 8
"""Pictures that one call may carry."""

_FEWER = Notice(
    "local_smaller",
    "The device's memory was too small for all pictures at once, so they were asked for in smaller "
    "groups.",
)
_PHRASE_BY_PHRASE = Notice(
    "local_one_phrase",
    "The device's memory was too small for all phrases at once, so each was looked for by itself; "
    "together they can give other masks.",
    "warning",
)


@dataclass(frozen=True, eq=False)
class _Row:
    """What goes through the decoder together: one picture and phrases."""

    picture: npt.NDArray[np.uint8]
    key: EmbeddingKey
    phrases: tuple[str, ...]

    @property
    def one_by_one(self) -> list[_Row]:
        """The same with one phrase each."""
        return [replace(self, phrases=(phrase,)) for phrase in self.phrases]


@dataclass(eq=False)
class _Ready:
    """The model, and what belongs to the device it is on.

    Attributes:
        loaded: The model.
        shelf: Embeddings on the device.
        at_once: Rows that fit together, as far as is known.
    """

    loaded: Loaded
    shelf: EmbeddingShelf[Embedding]
    at_once: int


class LocalRunner:
    """Everything that users of a process share of the local model; safe to use from any thread.

    Args:
        settings: Of the operator.
        load: Loads the model.
        cache: Bytes of embeddings to keep; None goes by the device's memory.
        at_once: Rows to begin with in one pass; None goes by the device's free memory.
    """

    def __init__(
        self,
        settings: LocalSettings,
        *,
        load: Callable[[LocalSettings], Loaded] = load_model,
        cache: int | None = None,
        at_once: int | None = None,
    ) -> None:
        self.settings = settings
        self._load = load
        self._cache = cache
        self._at_once = at_once
        self._turns = Turns()
        self._ready: _Ready | None = None

    @cached_property
    def placement(self) -> Placement:
        """Where the model will run, without loading it; imports torch.

        Raises:
            LocalModelMissing: torch is not there.
            SettingsError: The device is not there.
        """
        return place(self.settings)

    def segment(
        self, inputs: Sequence[ModelInput], owner: str, control: RunControl
    ) -> list[ModelReply]:
        """Look for phrases in pictures; whoever came before goes first.

        Args:
            inputs: Pictures with their phrases.
            owner: For whom; embeddings are kept apart by it.
            control: Told about waits, and asked between passes whether to stop.

        Returns:
            One reply per input, in order.

        Raises:
            BackendError: The model is not there, does not fit, or failed.
            SettingsError: The device is not there.
            Cancelled: The user stopped the run.
        """
        rows = [_Row(i.picture, EmbeddingKey.of(owner, i.picture), i.phrases) for i in inputs]
        with self._turns.turn(control):
            ready = self._made_ready(control)
            if not self.settings.one_phrase:
                replies = _Run(ready, control).answer(rows)
            else:
                parts = [part for row in rows for part in row.one_by_one]
                answers = iter(_Run(ready, control).answer(parts))
                replies = [_joined([next(answers) for _ in row.phrases]) for row in rows]
        notices, record = ready.loaded.notices, self._record(ready.loaded)
        return [
            replace(reply, notices=(*notices, *reply.notices), record=record) for reply in replies
        ]

    def forget(self, owner: str) -> None:
        """Drop what is kept of one owner."""
        if self._ready is not None:
            self._ready.shelf.forget(owner)

    def _record(self, loaded: Loaded) -> ModelRecord:
        placement = loaded.placement
        return ModelRecord(
            loaded.weights_sha256,
            placement.device,
            placement.precision,
            placement.compiled,
            self.settings.one_phrase,
            version("torch"),
        )

    def _made_ready(self, control: RunControl) -> _Ready:
        """The model, loaded by whoever needs it first; the turn is held."""
        if self._ready is None:
            control.on_wait(Waiting("The model is being loaded.", None))
            loaded = self._load(self.settings)
            placement = loaded.placement
            budget = cache_bytes(placement) if self._cache is None else self._cache
            at_once = self._at_once or rows_at_once(placement, MAX_ROWS)
            self._ready = _Ready(loaded, EmbeddingShelf(budget), at_once)
            control.on_resume()
        return self._ready


class _Run:
    """One call, while the turn is held."""

    def __init__(self, ready: _Ready, control: RunControl) -> None:
        self._ready = ready
        self._control = control

    def answer(self, rows: Sequence[_Row]) -> list[ModelReply]:
        """Answer rows in passes that fit: fewer rows, then one phrase at a time, when they do not.

        Raises:
            OutOfMemory: One picture with one phrase does not fit either.
            ModelFailed: The network failed in another way.
            Cancelled: The user stopped the run.
        """
        replies: list[ModelReply] = []
        fewer: tuple[Notice, ...] = ()
        while len(replies) < len(rows):
            piece = rows[len(replies) : len(replies) + self._ready.at_once]
            answers = self._pass(piece)
            if answers is not None:
                replies += answers
                continue
            self._make_room()
            if len(piece) == 1:
                replies.append(self._phrase_by_phrase(piece[0]))
            else:
                self._ready.at_once = len(piece) // 2
                fewer = (_FEWER,)
        return [replace(reply, notices=(*reply.notices, *fewer)) for reply in replies]

    def _phrase_by_phrase(self, row: _Row) -> ModelReply:
        if len(row.phrases) == 1:
            raise out_of_memory(self._ready.loaded.placement)
        reply = _joined([self.answer([part])[0] for part in row.one_by_one])
        return replace(reply, notices=(_PHRASE_BY_PHRASE,))

    def _pass(self, rows: Sequence[_Row]) -> list[ModelReply] | None:
        """Answer rows together; None when memory ran out.

        The exception is gone when this returns, and with it all that its traceback held.
        """
        self._control.checkpoint()
        try:
            return self._together(rows)
        except (MemoryError, RuntimeError) as problem:
            if is_out_of_memory(problem):
                return None
            error = translated(problem, self._ready.loaded.placement)
        raise error

    def _together(self, rows: Sequence[_Row]) -> list[ModelReply]:
        model, shelf = self._ready.loaded.model, self._ready.shelf
        known: dict[EmbeddingKey, Embedding] = {}
        new: dict[EmbeddingKey, npt.NDArray[np.uint8]] = {}
        for row in rows:
            kept = shelf.get(row.key)
            if kept is None:
                new[row.key] = row.picture
            else:
                known[row.key] = kept
        if new:
            known.update(zip(new, model.embed(np.stack([*new.values()])), strict=True))
            for key in new:
                shelf.put(key, known[key])
            self._control.checkpoint()
        return model.answer([known[row.key] for row in rows], [row.phrases for row in rows])

    def _make_room(self) -> None:
        self._ready.shelf.clear()
        give_back(self._ready.loaded.placement)


def _joined(parts: Sequence[ModelReply]) -> ModelReply:
    """One reply from replies about the same picture, in order."""
    return ModelReply(
        np.concatenate([part.probabilities for part in parts]),
        tuple(category for part in parts for category in part.categories),
        tuple(dict.fromkeys(notice for part in parts for notice in part.notices)),
    )
