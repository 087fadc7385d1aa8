"""A run that the user stops: at once, with its connection closed, in whatever state it is."""

from __future__ import annotations

import threading

import pytest

from core.backends.base import RunControl
from core.errors import Cancelled
from tests.standin import Reply
from tests.standin import behaviour as play


def request_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "azure-request"]


def test_a_run_stopped_before_it_begins_sends_nothing(endpoint, ask, picture_of):
    with pytest.raises(Cancelled):
        ask(endpoint.url).segment([picture_of("lung")], RunControl(is_cancelled=lambda: True))
    assert endpoint.received == ()


def test_a_run_stopped_while_it_pauses_ends_within_a_fifth_of_a_second(
    endpoint, ask, picture_of, clock
):
    endpoint.script(play.BUSY.retry_after("30"))
    waited = []
    control = RunControl(on_wait=waited.append, is_cancelled=lambda: bool(waited))
    with pytest.raises(Cancelled):
        ask(endpoint.url).segment([picture_of("lung")], control)
    assert clock.slept_s <= 0.2
    assert len(endpoint.received) == 1


@pytest.mark.parametrize(
    "slow",
    [Reply(delay_s=30), Reply(pieces=3000, piece_delay_s=0.01)],
    ids=["before the answer", "in the middle of the answer"],
)
def test_a_run_stopped_while_the_model_works_closes_its_connection(endpoint, ask, picture_of, slow):
    endpoint.script(slow)
    backend = ask(endpoint.url)
    control = RunControl(is_cancelled=lambda: bool(endpoint.received))
    with pytest.raises(Cancelled):
        backend.segment([picture_of("lung")], control)
    assert endpoint.wait_for(lambda: endpoint.left_early == 1)
    assert endpoint.wait_for(lambda: not request_threads())


def test_the_backend_works_on_after_a_run_was_stopped(endpoint, ask, picture_of):
    endpoint.script(Reply(delay_s=30))
    backend = ask(endpoint.url)
    control = RunControl(is_cancelled=lambda: bool(endpoint.received))
    with pytest.raises(Cancelled):
        backend.segment([picture_of("lung")], control)
    (reply,) = backend.segment([picture_of("liver")])
    assert reply.categories == ("liver",)


def test_stopping_one_run_leaves_another_one_of_the_same_backend_alone(endpoint, ask, picture_of):
    endpoint.script(Reply(delay_s=0.6), Reply(delay_s=30))
    backend = ask(endpoint.url)
    replies = []
    patient = threading.Thread(target=lambda: replies.extend(backend.segment([picture_of("lung")])))
    patient.start()
    assert endpoint.wait_for(lambda: len(endpoint.received) == 1)
    control = RunControl(is_cancelled=lambda: len(endpoint.received) == 2)
    with pytest.raises(Cancelled):
        backend.segment([picture_of("liver")], control)
    patient.join()
    assert [reply.categories for reply in replies] == [("lung",)]


def test_an_interrupt_of_the_command_line_closes_the_connection_too(endpoint, ask, picture_of):
    endpoint.script(Reply(delay_s=30))

    def interrupt() -> bool:
        if endpoint.received:
            raise KeyboardInterrupt
        return False

    with pytest.raises(KeyboardInterrupt):
        ask(endpoint.url).segment([picture_of("lung")], RunControl(is_cancelled=interrupt))
    assert endpoint.wait_for(lambda: endpoint.left_early == 1)
