"""One model in one process of the cluster."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, cast

from core.backends import get_backend
from core.errors import WorkbenchError
from core.serve.model_thread import ModelThread
from core.settings import local_settings_from, secrets_from_file

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from core.backends.base import Backend, ModelReply
    from core.serve.cluster.options import ServiceOptions
    from core.serve.rows import ServedRow

    Outcome = ModelReply | WorkbenchError


class ModelReplica:
    """Answers pictures of many requests, several in one pass.

    It is ready once it has answered a black picture: weights that are missing or a card that is
    too small stop the deployment instead of the first request, and Ray sends a replica that comes
    back no picture before it can answer one.

    Args:
        options: How many pictures go into one pass, and how long the first waits for others.
        opener: Makes the backend of a name.

    Raises:
        WorkbenchError: The backend cannot be made, or cannot answer.
    """

    def __init__(self, options: ServiceOptions, opener: Callable[[str], Backend]) -> None:
        from ray import serve  # noqa: PLC0415 - an optional package

        self._model = ModelThread(opener(options.backend), options.answer_s)
        self._model.warm_up()
        join = serve.batch(max_batch_size=options.batch, batch_wait_timeout_s=options.batch_wait_s)
        # serve.batch turns a function of many rows into one of a single row.
        self._joined = cast("Callable[[ServedRow], Awaitable[Outcome]]", join(self._compute))

    async def answer(self, row: ServedRow, *, alone: bool) -> ModelReply:
        """Look for the phrases of one picture.

        Args:
            row: The picture and its phrases.
            alone: In a pass of its own, because a replica died over it before.

        Raises:
            WorkbenchError: The model could not answer this picture.
        """
        outcome = (await self._compute([row]))[0] if alone else await self._joined(row)
        if isinstance(outcome, WorkbenchError):
            raise outcome
        return outcome

    async def _compute(self, rows: list[ServedRow]) -> list[Outcome]:
        """One pass; a picture that the model refuses does not take the others down with it."""
        try:
            return list(await self._model(rows))
        except WorkbenchError as error:
            if len(rows) == 1:
                return [error]
        return [(await self._compute([row]))[0] for row in rows]


def open_backend(name: str) -> Backend:
    """Make the backend of a name, as the environment of this machine says how it runs.

    Raises:
        SettingsError: There is no such backend, or a setting makes no sense.
    """
    settings = local_settings_from(os.environ, secrets_from_file()) if name == "local" else None
    return get_backend(name, settings)
