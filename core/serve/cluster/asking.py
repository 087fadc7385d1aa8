"""Asks the replicas: what is lost with one is asked of another."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from core.errors import (
    EndpointBusy,
    EndpointTimeout,
    ModelFailed,
    ModelNotReady,
    WorkbenchError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ray.serve.handle import DeploymentHandle

    from core.backends.base import ModelReply
    from core.serve.cluster.options import ServiceOptions
    from core.serve.rows import ServedRow

# What is said under this name stands in the log files of Ray Serve.
_LOG = logging.getLogger("ray.serve")
_PAUSE_S = 0.2


class ReplicaLost(Exception):
    """The replica died, or cannot be reached, before its answer was here."""


class ClusterModel:
    """The answer function of :func:`core.serve.app.make_app`, with replicas behind it.

    An answer depends on nothing but its picture and phrases, so that asking twice does no harm.
    What was lost with a replica is asked again alone and one picture at a time, for each front: so
    a picture that kills every replica does not take the same others down with it again and again.
    It is given up after ``options.tries``.

    Args:
        replicas: Handle of the deployment of :class:`core.serve.cluster.replica.ModelReplica`.
        options: Tries, and how many pictures may wait.
    """

    def __init__(self, replicas: DeploymentHandle[Any], options: ServiceOptions) -> None:
        self._replicas = replicas
        self._options = options
        self._suspects = asyncio.Lock()

    async def __call__(self, rows: Sequence[ServedRow]) -> list[ModelReply]:
        """Answer one request.

        Raises:
            EndpointBusy: As many pictures as may wait are waiting.
            EndpointTimeout: It took longer than ``options.answer_s``.
            ModelFailed: Too many replicas died over a picture, or the model has a fault.
            ModelNotReady: There is no replica, and none is starting.
            WorkbenchError: What the model said about a picture.
        """
        # A request of many pictures takes its turn: it never fills the queue by itself.
        options = self._options
        places = asyncio.Semaphore(min(options.waiting, options.batch * options.most_replicas))
        try:
            async with asyncio.timeout(options.answer_s), asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._answer(row, places)) for row in rows]
        except TimeoutError:
            raise EndpointTimeout(
                f"The model did not answer within {options.answer_s:g} seconds.",
                "Ask again, with fewer pictures at once.",
            ) from None
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None
        return [task.result() for task in tasks]

    async def _answer(self, row: ServedRow, places: asyncio.Semaphore) -> ModelReply:
        """Ask until there is an answer, or as often as is allowed."""
        async with places:
            try:
                return await self._ask(row, alone=False)
            except ReplicaLost as lost:
                _LOG.warning("a picture was lost with its replica (%s) and is asked again", lost)
            async with self._suspects:
                for attempt in range(1, self._options.tries):
                    await asyncio.sleep(_PAUSE_S * attempt)
                    try:
                        return await self._ask(row, alone=True)
                    except ReplicaLost as lost:
                        _LOG.warning("a picture that was asked alone was lost (%s)", lost)
        raise ModelFailed(
            f"The model's process ended {self._options.tries} times over this picture.",
            "Leave the picture out, and give the log of the replicas to whoever runs the cluster.",
        )

    async def _ask(self, row: ServedRow, *, alone: bool) -> ModelReply:
        """Ask one replica once, and translate what Ray says.

        Raises:
            ReplicaLost: There is no answer, and another replica may have one.
            WorkbenchError: There will be none.
        """
        from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415 - an optional package
        from ray.serve.exceptions import (  # noqa: PLC0415 - an optional package
            BackPressureError,
            DeploymentUnavailableError,
        )

        try:
            reply: ModelReply = await self._replicas.answer.remote(row, alone=alone)
        except BackPressureError:
            raise EndpointBusy(
                f"{self._options.waiting} pictures are waiting for the model already.",
                "Ask again in a few seconds.",
            ) from None
        except DeploymentUnavailableError:
            raise ModelNotReady(
                "No replica of the model could be started.",
                "Look into the log of the replicas, and deploy again.",
            ) from None
        except RayTaskError as error:
            raise _own_error(error.cause) from None
        except RayError as error:
            raise ReplicaLost(type(error).__name__) from None
        return reply


def _own_error(cause: BaseException) -> WorkbenchError:
    """What the model said in its process, or that it has a fault."""
    if isinstance(cause, WorkbenchError):
        return cause
    return ModelFailed(
        "The model failed on this picture.",
        "Give the log of the replicas to whoever runs the cluster.",
        details=type(cause).__name__,
    )
