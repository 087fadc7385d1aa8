"""The REST deployment of MedImageParse as an ASGI application, over whatever answers."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from core import about
from core.backends.served_by import ENGINE_HEADER
from core.errors import Cancelled
from core.logs import log_phrases
from core.secret import Secret
from core.serve import refusals
from core.serve.refusals import Refusal, Refused, refused_by
from core.serve.reply import response_body
from core.serve.rows import read_rows
from core.serve.swagger import swagger
from core.serve.visit import CLIENT_ID_HEADER, Visit, check_id, shown_id

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response

    from core.backends.base import ModelReply
    from core.backends.services import CallRecord
    from core.serve.rows import ServedRow

    Answer = Callable[[Sequence[ServedRow]], Awaitable[list[ModelReply]]]
    """Looks for phrases in pictures: one reply a row, in order; raises WorkbenchError."""

Result = TypeVar("Result")

LARGEST_BODY = 100 * 2**20
"""Bytes of one request, as the container of the real model takes them."""

READ_S = 180.0
"""Longest time for a request's body to arrive: as long as Azure gives a whole request."""

MOST_AT_ONCE = 128
"""Requests between head and answer, unless the caller of :func:`make_app` knows better."""

_VERSION = f"medimageparse-workbench/{about.VERSION}"
# Nobody gets this status; it stands in the log, where nginx made it known.
_CLIENT_LEFT = 499
_JSON = {"content-type": "application/json"}


def _tell_nobody(_record: CallRecord) -> None:
    """Count nothing."""


def make_app(
    answer: Answer,
    *,
    token: str | None,
    name: str,
    most_at_once: int = MOST_AT_ONCE,
    on_request: Callable[[CallRecord], None] = _tell_nobody,
) -> Starlette:
    """Make the application: ``POST /score``, ``GET /swagger.json``, ``/health`` and ``/``.

    Args:
        answer: Looks for the phrases; called on the event loop, from many requests at once. When
            the client hangs up it is cancelled.
        token: What clients must send as ``Authorization: Bearer``; None answers everybody.
        name: Of the engine, such as ``"local"``; the deployment has the same name.
        most_at_once: Requests that may be under way; more are answered 429 before their body is
            read.
        on_request: Told about every request but health checks, on the event loop; for metrics.
    """
    from starlette.applications import Starlette  # noqa: PLC0415 - only where a server is made
    from starlette.exceptions import HTTPException  # noqa: PLC0415 - the same
    from starlette.routing import Route  # noqa: PLC0415 - the same

    front = _Front(answer, Secret(token) if token else None, name, most_at_once, on_request)
    routes = [
        Route("/", front.healthy, methods=["GET"]),
        Route("/score", front.score, methods=["POST"]),
        Route("/swagger.json", front.describe, methods=["GET"]),
        Route("/health", front.state, methods=["GET"]),
    ]
    app = Starlette(routes=routes, exception_handlers={HTTPException: front.elsewhere})
    app.router.redirect_slashes = False
    return app


class _Front:
    """What stands between HTTP and the function that answers; lives on one event loop."""

    def __init__(
        self,
        answer: Answer,
        token: Secret | None,
        name: str,
        most_at_once: int,
        on_request: Callable[[CallRecord], None],
    ) -> None:
        self._answer = answer
        self._token = token
        self._name = name
        self._most = most_at_once
        self._on_request = on_request
        self._at_once = 0

    async def healthy(self, _request: Request) -> Response:
        """Say that the server runs; without a token, since probes have none."""
        return _response(200, b"Healthy", {"content-type": "text/plain"})

    async def score(self, request: Request) -> Response:
        """Answer with masks, or with what stands in their way."""
        return await self._through_the_door(request, self._score)

    async def describe(self, request: Request) -> Response:
        """Describe the service as OpenAPI."""
        return await self._through_the_door(request, self._describe)

    async def state(self, request: Request) -> Response:
        """Say how much is under way."""
        return await self._through_the_door(request, self._state)

    async def elsewhere(self, request: Request, _problem: Exception) -> Response:
        """Refuse other paths and methods."""
        return await self._through_the_door(request, _refuse_elsewhere)

    async def _through_the_door(
        self, request: Request, go_on: Callable[[Request, Visit], Awaitable[bytes]]
    ) -> Response:
        """Check what every request must have, do the work, and note how it went."""
        from starlette.requests import ClientDisconnect  # noqa: PLC0415 - as in make_app

        visit = Visit(shown_id(request.headers.get(CLIENT_ID_HEADER, "")))
        try:
            self._check(request)
            body = await go_on(request, visit)
        except ClientDisconnect:
            self._on_request(visit.ended(self._name, _CLIENT_LEFT, Cancelled.__name__))
            return _response(_CLIENT_LEFT, b"", visit.headers)
        except Refused as refused:
            return self._refuse(visit, refused.refusal, refused.reason)
        except Exception as problem:  # noqa: BLE001 - a fault of ours is told as the contract has it
            fault = refused_by(problem)
            return self._refuse(visit, fault.refusal, fault.reason)
        self._on_request(visit.ended(self._name, 200, sent=len(body)))
        return _response(200, body, _JSON | visit.headers | self._success_headers(visit))

    def _check(self, request: Request) -> None:
        """What the front door asks for before anything else is looked at."""
        self._check_token(request.headers.get("authorization", ""))
        wanted = request.headers.get("azureml-model-deployment", self._name)
        if wanted != self._name:
            raise Refused(refusals.NOT_FOUND, "another deployment was asked for")
        check_id(request.headers.get(CLIENT_ID_HEADER, ""))

    def _check_token(self, header: str) -> None:
        if self._token is None:
            return
        scheme, _, sent = header.partition(" ")
        if scheme.lower() != "bearer" or not sent:
            raise Refused(refusals.BAD_AUTHORIZATION, "no token")
        if Secret(sent) != self._token:  # compared in constant time
            raise Refused(refusals.BAD_TOKEN, "another token")

    async def _score(self, request: Request, visit: Visit) -> bytes:
        """From a body to masks; parsing and writing are done beside the event loop."""
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refused(refusals.WRONG_CONTENT_TYPE, "no JSON by its content type")
        with self._place():
            body = await _read_body(request)
            visit.bytes_received = len(body)
            rows = await asyncio.to_thread(read_rows, body)
            del body
            visit.rows, visit.masks = len(rows), sum(len(row.phrases) for row in rows)
            log_phrases([row.phrases for row in rows])
            replies = await _unless_gone(request, self._answer(rows))
            return await asyncio.to_thread(response_body, replies)

    async def _describe(self, _request: Request, _visit: Visit) -> bytes:
        return swagger(self._name)

    async def _state(self, _request: Request, _visit: Visit) -> bytes:
        return b'{"status": "ready", "under_way": %d, "most": %d}' % (self._at_once, self._most)

    @contextmanager
    def _place(self) -> Iterator[None]:
        """Hold one of the places; it is given back before the answer travels."""
        if self._at_once >= self._most:
            raise Refused(refusals.BUSY, f"{self._at_once} requests are under way")
        self._at_once += 1
        try:
            yield
        finally:
            self._at_once -= 1

    def _refuse(self, visit: Visit, refusal: Refusal, reason: str) -> Response:
        body = refusal.body.encode()
        kind = refusal.kind.__name__
        record = visit.ended(self._name, refusal.status, kind, sent=len(body), reason=reason)
        self._on_request(record)
        return _response(refusal.status, body, visit.headers | dict(refusal.headers))

    def _success_headers(self, visit: Visit) -> dict[str, str]:
        return {
            "x-ms-run-function-failed": "False",
            "x-ms-run-fn-exec-ms": f"{visit.milliseconds:.3f}",
            "x-ms-server-version": _VERSION,
            "azureml-model-deployment": self._name,
            "azureml-model-session": self._name,
            ENGINE_HEADER: self._name,
        }


async def _refuse_elsewhere(request: Request, _visit: Visit) -> bytes:
    """``/score`` asked in another way reaches the container, which misses the body."""
    if request.url.path == "/score":
        raise Refused(refusals.NO_INPUT_DATA, "not posted")
    raise Refused(refusals.NOT_FOUND, "no such path")


async def _read_body(request: Request) -> bytes:
    """Read a body that is not too large and does come.

    Raises:
        Refused: It is too large, or takes too long.
        ClientDisconnect: The client has hung up.
    """
    refused = Refused(refusals.too_large(f"{LARGEST_BODY >> 20} MiB"), "the body is too large")
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > LARGEST_BODY:
        raise refused
    pieces, size = [], 0
    try:
        async with asyncio.timeout(READ_S):
            async for piece in request.stream():
                size += len(piece)
                if size > LARGEST_BODY:
                    raise refused
                pieces.append(piece)
    except TimeoutError:
        raise Refused(refusals.TIMED_OUT, "the body did not come") from None
    return b"".join(pieces)


async def _unless_gone(request: Request, work: Awaitable[Result]) -> Result:
    """Wait for work, and give it up when the client hangs up.

    Raises:
        ClientDisconnect: It did.
    """
    from starlette.requests import ClientDisconnect  # noqa: PLC0415 - as in make_app

    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise ClientDisconnect
        return task.result()
    finally:
        task.cancel()
        gone.cancel()


async def _hung_up(request: Request) -> None:
    """Return when the client has; what else comes is not for this request."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _response(status: int, body: bytes, headers: Mapping[str, str]) -> Response:
    from starlette.responses import Response  # noqa: PLC0415 - as in make_app

    return Response(body, status, {"server": _VERSION, **headers})
