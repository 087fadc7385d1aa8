"""The model works for one request after the other, and for nobody who has left."""

import asyncio
import threading

import pytest

from core.errors import EndpointTimeout, ModelFailed
from core.serve.model_thread import ModelThread
from core.serve.rows import ServedRow
from tests.core.serve.served import flat_reply, picture


class Slow:
    """Waits in the middle of a picture until it may go on, or is told to stop."""

    name, label, workers, leaves_machine = "slow", "Slow", 1, False

    def __init__(self, max_rows=2):
        self.max_rows = max_rows
        self.calls = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def segment(self, inputs, control=None):
        self.calls.append([asked.phrases[0] for asked in inputs])
        self.begun.set()
        while not self.go_on.wait(0.005):
            control.checkpoint()
        if any("broken" in asked.phrases for asked in inputs):
            raise ModelFailed("It broke.", "Mend it.")
        return [flat_reply(ServedRow(asked.picture, asked.phrases)) for asked in inputs]


def rows(*phrases):
    return [ServedRow(picture(level), (phrase,)) for level, phrase in enumerate(phrases)]


def test_requests_take_turns_in_the_order_in_which_they_came():
    backend = Slow()

    async def play(model):
        tasks = [asyncio.create_task(model(rows(name))) for name in "abcd"]
        await asyncio.to_thread(backend.begun.wait)
        backend.go_on.set()
        return [reply.categories for (reply,) in await asyncio.gather(*tasks)]

    with ModelThread(backend) as model:
        assert asyncio.run(play(model)) == [("a",), ("b",), ("c",), ("d",)]
    assert backend.calls == [["a"], ["b"], ["c"], ["d"]]


def test_many_pictures_are_asked_for_as_many_at_a_time_as_the_backend_takes():
    backend = Slow(max_rows=2)
    backend.go_on.set()
    with ModelThread(backend) as model:
        replies = asyncio.run(model(rows(*"abcde")))
    assert backend.calls == [["a", "b"], ["c", "d"], ["e"]]
    assert [reply.probabilities.max() for reply in replies] == [0, 1, 2, 3, 4]


def test_a_request_given_up_before_its_turn_is_not_computed_and_others_are():
    backend = Slow()

    async def play(model):
        first, second, third = [asyncio.create_task(model(rows(name))) for name in "abc"]
        await asyncio.to_thread(backend.begun.wait)
        second.cancel()
        await asyncio.wait([second])
        backend.go_on.set()
        await asyncio.gather(first, third)

    with ModelThread(backend) as model:
        asyncio.run(play(model))
    assert backend.calls == [["a"], ["c"]]


def test_a_request_given_up_in_its_turn_ends_at_the_next_safe_point():
    backend = Slow()

    async def play(model):
        first = asyncio.create_task(model(rows("a")))
        await asyncio.to_thread(backend.begun.wait)
        first.cancel()
        await asyncio.wait([first])
        backend.begun.clear()
        second = asyncio.create_task(model(rows("b")))
        # It would wait for ever behind the first if that went on.
        await asyncio.to_thread(backend.begun.wait, 5)
        backend.go_on.set()
        return await second

    with ModelThread(backend) as model:
        (reply,) = asyncio.run(play(model))
    assert reply.categories == ("b",)


def test_one_that_takes_too_long_is_told_so_and_stopped():
    backend = Slow()
    with ModelThread(backend, answer_s=0.05) as model:
        with pytest.raises(EndpointTimeout, match=r"0\.05 seconds"):
            asyncio.run(model(rows("a")))
        backend.go_on.set()
        assert asyncio.run(model(rows("b")))[0].categories == ("b",)


def test_an_error_belongs_to_its_request_alone():
    backend = Slow()
    backend.go_on.set()
    with ModelThread(backend) as model:
        with pytest.raises(ModelFailed):
            asyncio.run(model(rows("broken")))
        assert asyncio.run(model(rows("b")))[0].categories == ("b",)


def test_warming_up_asks_once_and_says_what_stands_in_the_way():
    backend = Slow()
    backend.go_on.set()
    with ModelThread(backend) as model:
        model.warm_up()
    assert backend.calls == [["liver"]]

    class Missing(Slow):
        def segment(self, inputs, control=None):
            raise ModelFailed("It is not there.", "Get it.")

    with ModelThread(Missing()) as model, pytest.raises(ModelFailed):
        model.warm_up()
