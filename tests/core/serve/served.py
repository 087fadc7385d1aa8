"""The server of ``python -m core serve`` on loopback in this process, for tests."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import requests
import uvicorn

from core.backends.base import ModelReply
from core.serve.app import make_app
from core.wire import encode_request
from tests.standin import DEPLOYMENT, KEY, category_of, soft_masks

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}


@dataclass(frozen=True)
class Served:
    """A server that runs.

    Attributes:
        base_url: Its address without ``/score``.
        records: What it told about its requests.
    """

    base_url: str
    records: list

    @property
    def url(self):
        """Its scoring URL."""
        return f"{self.base_url}/score"

    def post(self, body, **headers):
        """Post bytes, or what becomes JSON, as a client with the right token."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return ask(self.url, "POST", data, JSON | headers)

    def state(self):
        """What ``/health`` says."""
        return ask(f"{self.base_url}/health").json()


def ask(url, method="GET", data=None, headers=JSON, **more):
    """One request, past any proxy."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, data=data, headers=headers, timeout=30, **more)


@contextlib.contextmanager
def served(answer, *, token=KEY, name=DEPLOYMENT, **more) -> Iterator[Served]:
    """Run the application over an answer function, on a free port."""
    records = []
    app = make_app(answer, token=token, name=name, on_request=records.append, **more)
    config = uvicorn.Config(app, lifespan="off", ws="none", log_config=None, server_header=False)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = threading.Thread(target=server.run, args=([listening],))
        running.start()
        try:
            yield Served(f"http://127.0.0.1:{listening.getsockname()[1]}", records)
        finally:
            server.should_exit = True
            running.join()


async def answer_as_the_stand_in(rows):
    """The masks and categories of the stand-in, from pictures and phrases."""
    return [await asyncio.to_thread(_reply_of_the_stand_in, row) for row in rows]


def _reply_of_the_stand_in(row):
    return ModelReply(
        soft_masks(row.picture, row.phrases), tuple(category_of(phrase) for phrase in row.phrases)
    )


class Gate:
    """An answer function that waits until it is told to go on, and notes what it was asked."""

    def __init__(self):
        self.open = threading.Event()
        self.asked = []
        self.given_up = []

    async def __call__(self, rows):
        self.asked += [row.phrases for row in rows]
        try:
            while not self.open.is_set():  # noqa: ASYNC110 - opened from another thread
                await asyncio.sleep(0.005)
        except asyncio.CancelledError:
            self.given_up += [row.phrases for row in rows]
            raise
        return [flat_reply(row) for row in rows]


def flat_reply(row):
    """Masks at the level of the first pixel, and the phrases as their categories."""
    level = int(row.picture[0, 0, 0])
    return ModelReply(np.full((len(row.phrases), 1024, 1024), level, np.uint8), row.phrases)


def picture(level=0):
    """A flat picture."""
    return np.full((1024, 1024, 3), level, np.uint8)


def body(*phrases, level=0):
    """A request with one picture."""
    return encode_request([picture(level)], [phrases])


def wait_until(condition, seconds=10.0):
    """Wait for a condition; False when it never holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
