"""Two replicas of the local model with a small network, one of which is killed under load."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from core.serve.rows import ServedRow
from core.wire import decode_response
from tests.core.serve.cluster.backends import open_tiny
from tests.core.serve.cluster.processes import running, still_running

PHRASES = (("liver",), ("left kidney", "tumor"))
PICTURES = 2
ROUNDS = 10
THREADS = 6


@pytest.fixture(scope="module")
def rows():
    generator = np.random.default_rng(20261201)
    coarse = generator.integers(0, 256, (PICTURES, 32, 32, 3), dtype=np.uint8)
    pictures = coarse.repeat(32, axis=1).repeat(32, axis=2)
    return [ServedRow(picture, phrases) for picture in pictures for phrases in PHRASES]


def test_a_replica_that_dies_under_load_loses_no_request_and_the_service_ends_cleanly(rows):
    backend = open_tiny("local")
    wanted = [backend.segment([row.as_input()])[0] for row in rows]
    with running(model="tiny", backend="local", replicas=2, fronts=1) as service:
        before = service.replicas()
        victim = min(before)
        done = []

        def ask(number):
            row = rows[number]
            response = service.score([row.picture], [row.phrases])
            done.append(number)
            return number, response

        with ThreadPoolExecutor(THREADS) as threads:
            numbers = [*range(len(rows))] * ROUNDS
            asked = [threads.submit(ask, number) for number in numbers]
            wait_until(lambda: len(done) >= 4)
            # Held first, so that it has pictures for certain when it dies.
            os.kill(victim, signal.SIGSTOP)
            wait_until(lambda: len(done) >= 12)
            os.kill(victim, signal.SIGKILL)
            service.wait_for_replicas(2, without={victim})
            answers = [each.result() for each in asked]

        assert [response.status_code for _, response in answers] == [200] * len(numbers)
        for number, response in answers:
            reply = decode_response(response.content, [rows[number].phrases])[0]
            assert_same(reply, wanted[number])
        assert "was lost with its replica" in log_of_fronts(service)
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


def log_of_fronts(service):
    return "".join(path.read_text() for path in service.folder.rglob("replica_*_front_*.log"))
