"""The server of one process: from a port to a graceful end."""

from __future__ import annotations

import signal
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from core.errors import SettingsError
from core.serve.app import READ_S, make_app
from core.serve.model_thread import ANSWER_S, ModelThread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.applications import Starlette
    from uvicorn import Server

    from core.backends.base import Backend
    from core.backends.services import CallRecord
    from core.serve.options import ServeOptions

_KEEP_ALIVE_S = 75
# What is under way at the end may take as long as any request; nothing is waited for longer.
_END_S = round(READ_S + ANSWER_S)


def serve(
    backend: Backend,
    options: ServeOptions,
    *,
    on_ready: Callable[[str], None],
    on_request: Callable[[CallRecord], None],
) -> None:
    """Serve until the process is interrupted (Ctrl-C) or asked to end (SIGTERM).

    The port is taken first, then the model is loaded: clients that come in between wait. At the
    end nobody new is let in, and requests under way are answered.

    Args:
        backend: What answers; it is used in one thread.
        options: Where to listen, and to whom.
        on_ready: Told the scoring URL once requests are answered.
        on_request: Told about every request.

    Raises:
        SettingsError: The port, the certificate or the key cannot be used.
        WorkbenchError: The model cannot answer.
    """
    options.check_certificate()
    # Ctrl-C while the model is loaded is no fault either.
    with (
        suppress(KeyboardInterrupt),
        _listening(options) as listening,
        ModelThread(backend) as model,
    ):
        model.warm_up()
        app = make_app(
            model,
            token=options.token.reveal() if options.token else None,
            name=backend.name,
            most_at_once=options.max_waiting + 1,
            on_request=on_request,
        )
        server = _server(app, options)
        with _ended_by_signals(server):
            on_ready(options.url(listening.getsockname()[1]))
            server.run(sockets=[listening])


@contextmanager
def _listening(options: ServeOptions) -> Iterator[socket.socket]:
    """A socket that listens already, so that a port in use is known before a model is loaded."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    try:
        listening = socket.create_server((options.host, options.port), family=family)
    except OSError as problem:
        # create_server adds the address in parentheses, which the sentence has already.
        reason = (problem.strerror or type(problem).__name__).partition(" (")[0]
        raise SettingsError(
            f"Port {options.port} of {options.host[:100]} cannot be used: {reason}.",
            "Choose another with --port, or end what uses it.",
        ) from None
    with listening:
        yield listening


def _server(app: Starlette, options: ServeOptions) -> Server:
    """The server; under TLS each connection carries one request.

    An idle TLS connection takes 30 s to be closed where the client does not look at it, and the
    end of the server would wait for that.
    """
    import uvicorn  # noqa: PLC0415 - only where a server is made

    config = uvicorn.Config(
        app,
        lifespan="off",
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_END_S,
        headers=[("connection", "close")] if options.certificate else [],
        ssl_certfile=options.certificate,
        ssl_keyfile=options.key,
    )
    return uvicorn.Server(config)


@contextmanager
def _ended_by_signals(server: Server) -> Iterator[None]:
    """Have signals end the server from now on.

    uvicorn catches them only while it runs, and sends them again afterwards, which would end the
    process with a code that says it was killed.
    """
    handled = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, server.handle_exit) for number in handled}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
