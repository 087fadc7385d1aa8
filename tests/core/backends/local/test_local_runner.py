"""The runner: what is computed once, for whom, and what happens when memory is short."""

from __future__ import annotations

import threading
from dataclasses import replace

import numpy as np
import pytest

from core.backends.base import RunControl
from core.backends.local import LocalBackend, LocalRunner
from core.errors import Cancelled, LocalModelMissing, ModelFailed, OutOfMemory
from core.imaging.model import Notice
from core.settings import LocalSettings
from tests.core.backends.local.fakes import CUDA_WORDS, FakeModel, loads

PATIENCE_S = 20


def runner_of(model, *, cache=10_000, at_once=8, settings=None, notices=()):
    return LocalRunner(
        settings or LocalSettings(), load=loads(model, *notices), cache=cache, at_once=at_once
    )


def ask(runner, *inputs, owner="somebody", control=None):
    return runner.segment(inputs, owner, control or RunControl())


def masks(replies):
    return [reply.probabilities[:, 0, 0].tolist() for reply in replies]


def test_a_new_phrase_on_the_same_picture_costs_only_text_and_decoder(picture_of):
    model = FakeModel()
    runner = runner_of(model)
    ask(runner, picture_of("liver", seed=3))
    ask(runner, picture_of("kidney", "spleen", seed=3))
    assert model.embedded == [1]
    assert model.answered == [[("liver",)], [("kidney", "spleen")]]


def test_a_picture_that_comes_twice_in_one_call_is_embedded_once(picture_of):
    model = FakeModel()
    one, other = picture_of("liver", seed=3), picture_of("liver", seed=4)
    replies = ask(runner_of(model), one, other, replace(one, phrases=("kidney",)))
    assert model.embedded == [2]
    assert masks(replies) == [masks(ask(runner_of(FakeModel()), i))[0] for i in (
        one, other, replace(one, phrases=("kidney",)),
    )]  # fmt: skip


def test_the_embedding_of_one_owner_is_never_used_for_another(picture_of):
    model = FakeModel()
    runner = runner_of(model)
    for owner in ("a", "b", "a", "b"):
        ask(runner, picture_of("liver"), owner=owner)
    assert model.embedded == [1, 1]


def test_what_is_kept_of_an_owner_goes_with_the_session(picture_of):
    model = FakeModel()
    runner = runner_of(model)
    runner.forget("a")  # before there is a model
    ask(runner, picture_of("liver"), owner="a")
    ask(runner, picture_of("liver"), owner="b")
    runner.forget("a")
    ask(runner, picture_of("liver"), owner="b")
    assert model.embedded == [1, 1]
    ask(runner, picture_of("liver"), owner="a")
    assert model.embedded == [1, 1, 1]


def test_the_embedding_that_was_not_used_for_longest_goes_first_by_bytes(picture_of):
    model = FakeModel()
    runner = runner_of(model, cache=250)  # two of 100 bytes
    for seed in (1, 2, 1, 3):  # 2 goes
        ask(runner, picture_of("liver", seed=seed))
    ask(runner, picture_of("kidney", seed=1))
    assert model.embedded == [1, 1, 1]
    ask(runner, picture_of("kidney", seed=2))
    assert model.embedded == [1, 1, 1, 1]


def test_pictures_go_together_where_there_is_room(picture_of):
    model = FakeModel()
    ask(runner_of(model), *(picture_of("liver", seed=n) for n in range(8)))
    ask(runner_of(model, at_once=3), *(picture_of("liver", seed=n) for n in range(8)))
    assert model.embedded == [8, 3, 3, 2]


@pytest.mark.parametrize(
    "words",
    [
        CUDA_WORDS,
        "err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes.",
        "MPS backend out of memory (MPS allocated: 1.00 GB, max allowed: 2.00 GB)",
    ],
)
def test_a_batch_that_does_not_fit_is_halved_and_gives_the_same_masks(picture_of, words):
    inputs = [picture_of("liver", "kidney", seed=n) for n in range(8)]
    wanted = ask(runner_of(FakeModel()), *inputs)
    model = FakeModel(room=2, words=words)
    runner = runner_of(model)
    replies = ask(runner, *inputs)
    assert masks(replies) == masks(wanted)
    assert [reply.categories for reply in replies] == [reply.categories for reply in wanted]
    assert {notice.code for reply in replies for notice in reply.notices} == {"local_smaller"}
    assert max(model.embedded) == 2
    # The next call begins with what has fitted, so nothing is tried in vain and nothing to say.
    again = ask(runner, *(picture_of("liver", seed=n) for n in range(20, 24)))
    assert [reply.notices for reply in again] == [()] * 4


def test_phrases_that_do_not_fit_together_are_looked_for_one_by_one_and_that_is_said(picture_of):
    model = FakeModel(room=1, phrases=1)
    (reply,) = ask(runner_of(model), picture_of("liver", "kidney", "spleen"))
    (wanted,) = ask(runner_of(FakeModel()), picture_of("liver", "kidney", "spleen"))
    assert np.array_equal(reply.probabilities, wanted.probabilities)
    assert reply.categories == ("is liver", "is kidney", "is spleen")
    assert [(n.code, n.level) for n in reply.notices] == [("local_one_phrase", "warning")]
    assert "together they can give other masks" in reply.notices[0].text


def test_memory_that_is_too_small_for_one_phrase_is_told_with_figures_and_a_way_out(picture_of):
    model = FakeModel(room=0)
    runner = runner_of(model)
    with pytest.raises(OutOfMemory, match=r"memory of CPU is too small.* GB is left\. Close"):
        ask(runner, picture_of("liver", "kidney"))
    model.room = 1  # somebody has closed a program
    assert ask(runner, picture_of("liver"))[0].categories == ("is liver",)


def test_running_out_of_memory_empties_the_shelf_of_everybody(picture_of):
    model = FakeModel()
    runner = runner_of(model)
    ask(runner, picture_of("liver", seed=1), owner="a")
    model.phrases = 1
    ask(runner, picture_of("liver", "kidney", seed=2), owner="b")
    ask(runner, picture_of("liver", seed=1), owner="a")
    assert model.embedded == [1, 1, 1, 1]


def test_pythons_own_want_of_memory_counts_too(picture_of):
    class Short(FakeModel):
        def embed(self, pictures):
            if len(pictures) > 1:
                raise MemoryError
            return super().embed(pictures)

    model = Short()
    ask(runner_of(model), picture_of("liver", seed=1), picture_of("liver", seed=2))
    assert model.embedded == [1, 1]


def test_each_phrase_by_itself_when_the_operator_wants_that(picture_of):
    model = FakeModel()
    settings = LocalSettings(one_phrase=True)
    inputs = picture_of("liver", "kidney"), picture_of("lung", seed=2)
    replies = ask(runner_of(model, settings=settings), *inputs)
    assert model.answered == [[("liver",), ("kidney",), ("lung",)]]
    assert model.embedded == [2]
    assert [reply.categories for reply in replies] == [("is liver", "is kidney"), ("is lung",)]
    assert replies[0].probabilities.shape == (2, 1024, 1024)


def test_another_fault_of_torch_is_told_and_the_next_caller_is_served(picture_of):
    model = FakeModel(room=0, words="CUDA error: device-side assert triggered\nmore lines")
    runner = runner_of(model)
    with pytest.raises(ModelFailed, match="The local model failed on CPU") as caught:
        ask(runner, picture_of("liver"))
    assert caught.value.details == "RuntimeError: CUDA error: device-side assert triggered"
    assert caught.value.__context__ is None  # it would keep the tensors of the pass
    model.room = 1
    assert len(ask(runner, picture_of("liver"))) == 1


def test_the_model_is_loaded_once_when_first_asked_and_that_is_told(picture_of):
    loaded, told, resumed = [], [], []

    def load(settings):
        loaded.append(settings)
        return loads(FakeModel())(settings)

    runner = LocalRunner(LocalSettings(), load=load)
    assert loaded == []
    control = RunControl(
        on_wait=lambda waiting: told.append(waiting.reason),
        on_resume=lambda: resumed.append(len(loaded)),
    )
    ask(runner, picture_of("liver"), control=control)
    ask(runner, picture_of("liver"), control=control)
    assert loaded == [LocalSettings()]
    assert told == ["The model is being loaded."]
    assert resumed == [1]


def test_a_model_that_could_not_be_loaded_is_looked_for_again_at_the_next_call(picture_of):
    there = []

    def load(settings):
        if not there:
            raise LocalModelMissing("No weights.", "Get them.")
        return loads(FakeModel())(settings)

    runner = LocalRunner(LocalSettings(), load=load)
    with pytest.raises(LocalModelMissing):
        ask(runner, picture_of("liver"))
    there.append(True)
    assert len(ask(runner, picture_of("liver"))) == 1


def test_what_loading_had_to_say_stands_with_every_reply(picture_of):
    notice = Notice("local_precision", "The local model works with fp32.")
    runner = runner_of(FakeModel(), notices=(notice,))
    assert [ask(runner, picture_of("liver"))[0].notices for _ in range(2)] == [(notice,)] * 2


def test_a_run_is_stopped_between_the_passes(picture_of):
    model = FakeModel()
    control = RunControl(is_cancelled=lambda: len(model.answered) == 1)
    with pytest.raises(Cancelled):
        ask(runner_of(model, at_once=1), *(picture_of("a", seed=n) for n in (1, 2, 3)),
            control=control)  # fmt: skip
    assert len(model.answered) == 1


def test_a_run_that_is_stopped_before_the_decoder_leaves_the_embedding_for_the_next(picture_of):
    model = FakeModel()
    runner = runner_of(model)
    with pytest.raises(Cancelled):
        ask(runner, picture_of("a"), control=RunControl(is_cancelled=lambda: bool(model.embedded)))
    ask(runner, picture_of("a"))
    assert model.embedded == [1]


def test_two_threads_at_once_are_served_in_turn(picture_of):
    at_work, seen, began = [], [], threading.Event()

    class Slow(FakeModel):
        def answer(self, embeddings, phrases):
            at_work.append(phrases)
            seen.append(len(at_work))
            began.set()
            threading.Event().wait(0.1)
            at_work.pop()
            return super().answer(embeddings, phrases)

    runner = runner_of(Slow())
    told, replies = [], {}

    def call(phrase):
        control = RunControl(on_wait=lambda waiting: told.append((phrase, waiting.reason)))
        replies[phrase] = LocalBackend(runner, phrase).segment([picture_of(phrase)], control)

    first = threading.Thread(target=call, args=("liver",))
    first.start()
    assert began.wait(PATIENCE_S)
    second = threading.Thread(target=call, args=("kidney",))
    second.start()
    for thread in (first, second):
        thread.join(PATIENCE_S)
    assert seen == [1, 1]
    assert replies["kidney"][0].categories == ("is kidney",)
    assert ("kidney", "Waiting for the local model: 1 run is before this one.") in told


@pytest.mark.parametrize("count", [0, 9])
def test_a_call_carries_between_one_and_eight_pictures(picture_of, count):
    backend = LocalBackend(runner_of(FakeModel()), "somebody")
    with pytest.raises(ValueError, match="between 1 and 8 inputs"):
        backend.segment([picture_of("a")] * count)
