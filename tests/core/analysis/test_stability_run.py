"""Asking in several ways: calls as forecast, masks turned back, and nothing half when stopped."""

from __future__ import annotations

import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.analysis.stability import KINDS, cost, plan
from core.analysis.stability_run import Question, stability_of, stability_tasks
from core.backends import get_backend
from core.backends.base import ModelReply
from core.errors import ModelFailed
from core.imaging import open_upload
from core.imaging.model import Frame
from core.jobs import Job
from core.samples import samples
from core.segmentation import segment

PATIENCE_S = 60


class Engine:
    """An engine for tests; ``paint`` makes one soft mask of a picture for a phrase."""

    name = "test"
    label = "An engine for tests"
    max_rows = 8
    workers = 1
    leaves_machine = True

    def __init__(self, paint):
        self.paint = paint
        self.calls = []
        self.lock = threading.Lock()

    def segment(self, inputs, control=None):
        with self.lock:
            self.calls.append([item.phrases for item in inputs])
        return [
            ModelReply(
                np.stack([self.paint(item.picture, phrase) for phrase in item.phrases]),
                (None,) * len(item.phrases),
            )
            for item in inputs
        ]


def bright(picture, _phrase=""):
    """Each pixel by itself: the same wherever the picture is turned to."""
    return np.where(picture[:, :, 0] > 128, 255, 0).astype(np.uint8)


def top_half(picture, _phrase=""):
    """What is bright in the upper half of the picture, however it is turned."""
    mask = bright(picture)
    mask[512:] = 0
    return mask


def phantom(height, width):
    """A blob without any symmetry, off the middle."""
    values = np.full((height, width), 20, np.uint8)
    centre = (int(width * 0.6), int(height * 0.4))
    axes = (max(2, width // 5), max(2, height // 7))
    cv2.ellipse(values, centre, axes, 25, 0, 360, 240, -1)
    values[height // 8 : height // 4, width // 10 : width // 2] = 235
    return Frame(values=values, rgb=np.repeat(values[:, :, None], 3, axis=2))


def ask(question, engine, workers=1):
    job = Job(stability_tasks(question, engine), workers=workers)
    assert job.wait(PATIENCE_S)
    return stability_of(question.asked(engine.label), job.progress)


@pytest.mark.parametrize("shape", [(64, 64), (61, 61), (64, 96), (97, 61), (131, 45)])
def test_an_engine_that_turns_with_the_picture_is_steady_to_the_last_pixel(shape):
    question = Question(phantom(*shape), plan("blob", kinds=["rotation", "flip"]))
    found = ask(question, Engine(bright))
    assert found.score == 1.0
    assert set(np.unique(found.agreement)) == {0, 255}
    assert found.agreement.shape == shape


def test_an_odd_difference_of_the_sides_shifts_the_letterbox_and_hardly_any_pixel():
    """One side of the black border gets the odd pixel; a turned picture has it elsewhere."""
    question = Question(phantom(64, 101), plan("blob", kinds=["rotation", "flip"]))
    assert ask(question, Engine(bright)).score > 0.99


def test_an_engine_that_looks_at_one_place_only_is_found_out():
    question = Question(phantom(64, 64), plan("blob", kinds=["rotation", "flip"]))
    found = ask(question, Engine(top_half))
    by_code = dict(zip([v.code for v in found.variants], found.pairs[0], strict=True))
    assert by_code["mirror_lr"] == 1.0
    assert by_code["mirror_tb"] < 0.7
    assert by_code["turn180"] < 0.7
    assert found.score < 0.8


def test_the_base_is_what_the_phrase_alone_gives():
    frame, engine = phantom(50, 70), Engine(top_half)
    found = ask(Question(frame, plan("blob", kinds=["flip"])), engine)
    assert found.areas[0] == segment(frame, "blob", engine).masks[0].area()


def test_wordings_and_company_are_compared_by_the_mask_that_was_asked_for():
    def by_phrase(picture, phrase):
        return bright(picture) if phrase in {"blob", "spot"} else np.zeros((1024, 1024), np.uint8)

    variants = plan(
        "blob", ["other", "blob", "third"], ["spot", "nothing"], ["together", "wording"]
    )
    found = ask(Question(phantom(40, 40), variants), Engine(by_phrase))
    assert found.pairs[0].tolist() == [1.0, 1.0, 1.0, 0.0]
    assert found.empty == 1


def test_every_mask_is_cut_at_the_level_on_screen():
    def soft(picture, _phrase):
        return np.where(picture[:, :, 0] > 128, 100, 0).astype(np.uint8)

    frame, variants = phantom(40, 40), plan("blob", kinds=["flip"])
    assert ask(Question(frame, variants), Engine(soft)).empty == 3
    low = ask(Question(frame, variants, threshold=90), Engine(soft))
    assert low.empty == 0
    assert low.threshold == 90


@pytest.mark.parametrize("workers", [1, 2, 5])
@pytest.mark.parametrize("max_rows", [1, 3, 8])
@pytest.mark.parametrize("leaves_machine", [True, False])
def test_the_calls_are_those_that_were_forecast(workers, max_rows, leaves_machine):
    engine = Engine(bright)
    engine.workers, engine.max_rows, engine.leaves_machine = workers, max_rows, leaves_machine
    variants = plan("blob", ["a", "blob"], ["spot"], KINDS)
    price = cost(variants, engine)
    ask(Question(phantom(12, 16), variants), engine, workers)
    assert len(engine.calls) == price.requests
    assert sum(len(call) for call in engine.calls) == price.pictures == len(variants)
    assert sum(len(phrases) for call in engine.calls for phrases in call) == price.masks


def test_a_run_that_is_stopped_in_the_middle_keeps_nothing():
    engine = Engine(bright)
    engine.leaves_machine = False
    jobs = []
    begun = threading.Event()

    def paint(picture, _phrase):
        begun.wait(PATIENCE_S)
        if len(engine.calls) == 3:
            jobs[0].cancel()
        return bright(picture)

    engine.paint = paint
    question = Question(phantom(20, 20), plan("blob"))
    jobs.append(Job(stability_tasks(question, engine)))
    begun.set()
    assert jobs[0].wait(PATIENCE_S)
    assert len(engine.calls) == 3
    assert len(jobs[0].progress.outcomes) == 3
    assert stability_of(question.asked(engine.label), jobs[0].progress) is None


def test_while_it_runs_there_is_no_result():
    question = Question(phantom(20, 20), plan("blob", kinds=["flip"]))
    engine = Engine(bright)
    job = Job(stability_tasks(question, engine))
    assert job.wait(PATIENCE_S)
    unfinished = replace(job.progress, running=True)
    assert stability_of(question.asked(engine.label), unfinished) is None


def test_one_picture_that_fails_does_not_take_the_others_with_it():
    frame = phantom(30, 30)

    class Fussy(Engine):
        def segment(self, inputs, control=None):
            for item in inputs:
                if np.array_equal(item.frame.rgb, np.fliplr(frame.rgb)):
                    raise ModelFailed("The model failed.", "Ask again.")
            return super().segment(inputs, control)

    found = ask(Question(frame, plan("blob", kinds=["flip", "rotation"])), Fussy(bright))
    assert [variant.code for variant in found.missing] == ["mirror_lr"]
    assert found.score == 1.0


def test_without_an_answer_to_the_base_there_is_no_result():
    class Down(Engine):
        def segment(self, inputs, control=None):
            raise ModelFailed("The model failed.", "Ask again.")

    assert ask(Question(phantom(20, 20), plan("blob")), Down(bright)) is None


@pytest.mark.parametrize("name", ["ct_vertebra", "skin"])
def test_the_demo_engine_answers_every_way_to_ask_about_a_sample(name):
    sample = next(sample for sample in samples() if sample.id == name)
    upload = open_upload(*sample.load())
    frame, engine, phrase = upload.frame(), get_backend("demo"), sample.phrases[0]
    variants = plan(phrase, sample.phrases)
    found = ask(Question(frame, variants, upload), engine)
    assert found.variants == variants
    assert found.agreement.shape == (frame.height, frame.width)
    assert found.areas[0] == segment(frame, phrase, engine).masks[0].area() > 0
    assert found.empty == 0
    assert found.score > 0.8
