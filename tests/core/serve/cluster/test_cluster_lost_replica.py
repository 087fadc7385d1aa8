"""Two replicas of the local model with a small network, one of which is killed under load."""

import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count

import numpy as np
import pytest

from core.serve.rows import ServedRow
from core.wire import decode_response
from tests.core.serve.cluster.backends import open_tiny
from tests.core.serve.cluster.processes import running, still_running

PHRASES = (("liver",), ("left kidney", "tumor"))
PICTURES = 2
THREADS = 6
TRIES = 10


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(20261201)
    coarse = generator.integers(0, 256, (PICTURES, 32, 32, 3), dtype=np.uint8)
    pictures = coarse.repeat(32, axis=1).repeat(32, axis=2)
    return [ServedRow(picture, phrases) for picture in pictures for phrases in PHRASES]


class Load:
    """Clients that ask without a pause until it is enough.

    Attributes:
        asked: How many requests were begun.
        answers: The response to each request, by its number; request n is about row n modulo rows.
    """

    def __init__(self, service, rows):
        self._service = service
        self._rows = rows
        self._numbers = count()
        self._enough = threading.Event()
        self.asked = 0
        self.answers = {}

    @contextmanager
    def going_on(self):
        with ThreadPoolExecutor(THREADS) as threads:
            asking = [threads.submit(self._ask) for _ in range(THREADS)]
            try:
                yield
            finally:
                self._enough.set()
        for one in asking:
            one.result()

    def open_requests(self):
        return set(range(self.asked)) - set(self.answers)

    def _ask(self):
        while not self._enough.is_set():
            number = next(self._numbers)
            self.asked = max(self.asked, number + 1)
            row = self._rows[number % len(self._rows)]
            self.answers[number] = self._service.score([row.picture], [row.phrases])


def hold_with_pictures(victim, load):
    """Stop a replica at a moment when requests hang on it, so that its death takes them with it.

    Some it had begun, and the front asks another one; some it had not, and Ray does.
    """
    for _ in range(TRIES):
        os.kill(victim, signal.SIGSTOP)
        caught, before = load.open_requests(), len(load.answers)
        # What the other replica has of these is answered long before it has answered so many.
        wait_until(lambda before=before: len(load.answers) >= before + 3 * THREADS)
        if caught & load.open_requests():
            return
        os.kill(victim, signal.SIGCONT)
    pytest.fail("the replica never had a picture when it was stopped")


def test_a_replica_that_dies_under_load_loses_no_request_and_the_service_ends_cleanly(rows):
    backend = open_tiny("local")
    wanted = [backend.segment([row.as_input()])[0] for row in rows]
    with running(model="tiny", backend="local", replicas=2, fronts=1) as service:
        before = service.replicas()
        victim = min(before)
        load = Load(service, rows)
        with load.going_on():
            wait_until(lambda: len(load.answers) >= THREADS)
            hold_with_pictures(victim, load)
            os.kill(victim, signal.SIGKILL)
            service.wait_for_replicas(2, without={victim})

        assert load.open_requests() == set()
        assert {response.status_code for response in load.answers.values()} == {200}
        for number, response in load.answers.items():
            row = number % len(rows)
            reply = decode_response(response.content, [rows[row].phrases])[0]
            assert_same(reply, wanted[row])
        assert len(before & service.replicas()) == 1

        everything = service.processes()
        service.process.terminate()
        assert service.process.wait(60) == 0
        wait_until(lambda: not still_running(everything))


def wait_until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def assert_same(found, wanted):
    """Equal to one level of 255, since a pass of several pictures adds up in another order."""
    assert found.categories == wanted.categories
    difference = found.probabilities.astype(np.int16) - wanted.probabilities
    assert np.abs(difference).max() <= 1
    sure = np.abs(wanted.probabilities.astype(np.int16) - 128) > 1
    assert sure.mean() > 0.5
    assert ((found.probabilities >= 128) == (wanted.probabilities >= 128))[sure].all()
