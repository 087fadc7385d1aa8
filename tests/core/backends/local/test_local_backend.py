"""The backend with a network of the real kind, in tiny shapes and with weights from a seed."""

from __future__ import annotations

import numpy as np
import pytest

from core.backends import get_backend
from core.backends.base import RunControl
from core.backends.local import LocalBackend, LocalRunner
from core.backends.local.device import Placement
from core.backends.local.loading import Loaded
from core.backends.services import Services
from core.imaging.model import Frame
from core.segmentation import segment, segment_many
from core.settings import LocalSettings
from tests.core.backends.local.tiny import tiny_model, write_tiny_checkpoint


class Counted:
    """The tiny model, and how many pictures it has embedded."""

    def __init__(self, **options):
        self.model = tiny_model(**options)
        self.name, self.device, self.embedded = self.model.name, "cpu", 0

    def embed(self, pictures):
        self.embedded += len(pictures)
        return self.model.embed(pictures)

    def answer(self, embeddings, phrases):
        return self.model.answer(embeddings, phrases)


@pytest.fixture(scope="module")
def counted():
    return Counted()


@pytest.fixture
def tiny(counted):
    """A backend on the tiny network; each test begins with an empty shelf."""
    counted.embedded = 0

    def make(*, at_once=8, **settings):
        runner = LocalRunner(
            LocalSettings(device="cpu", **settings),
            load=lambda _settings: Loaded(counted, Placement("cpu")),
            at_once=at_once,
        )
        return LocalBackend(runner, "somebody")

    return make


def probabilities(replies):
    return [reply.probabilities for reply in replies]


def frame(seed, rows=40, columns=60):
    rgb = np.random.default_rng(seed).integers(0, 256, (rows, columns, 3), np.uint8)
    return Frame(values=rgb, rgb=rgb)


def test_masks_come_back_on_the_grid_of_the_file_with_the_name_of_the_engine(tiny):
    result = segment(frame(1), "liver & polyp", tiny())
    assert [mask.probability.shape for mask in result.masks] == [(40, 60)] * 2
    assert (result.backend, result.engine) == ("local", "BiomedParse v1, local (CPU)")
    assert all(mask.category for mask in result.masks)
    assert len({mask.sha256 for mask in result.masks}) == 2


def test_the_same_question_gives_the_same_bytes_from_the_kept_embedding_and_anew(tiny):
    backend = tiny()
    first, second = (segment(frame(1), "liver & polyp", backend) for _ in range(2))
    anew = segment(frame(1), "liver & polyp", tiny())
    assert [mask.sha256 for mask in first.masks] == [mask.sha256 for mask in second.masks]
    assert [mask.sha256 for mask in first.masks] == [mask.sha256 for mask in anew.masks]


def test_a_new_phrase_on_the_same_picture_needs_no_new_embedding(tiny, counted):
    backend = tiny()
    segment(frame(1), "liver", backend)
    segment(frame(1), "polyp", backend)
    assert counted.embedded == 1
    segment(frame(2), "polyp", backend)
    assert counted.embedded == 2


def test_pictures_of_one_batch_get_what_each_would_get_alone(tiny):
    frames = [frame(seed) for seed in (1, 2, 3)]
    together = segment_many(frames, "liver & polyp", tiny())
    alone = [segment(one, "liver & polyp", tiny()) for one in frames]
    for one, other in zip(together, alone, strict=True):
        for mask, wanted in zip(one.masks, other.masks, strict=True):
            # The sums of a batch have another order: some levels of 255.
            difference = np.abs(mask.probability.astype(int) - wanted.probability)
            assert difference.max() <= 3
            assert mask.category == wanted.category


def test_one_phrase_a_pass_gives_what_each_phrase_gives_alone(tiny):
    wanted = [segment(frame(1), phrase, tiny()) for phrase in ("liver", "polyp")]
    hashes = [one.masks[0].sha256 for one in wanted]
    result = segment(frame(1), "liver & polyp", tiny(one_phrase=True, at_once=1))
    assert [mask.sha256 for mask in result.masks] == hashes
    together = segment(frame(1), "liver & polyp", tiny())
    assert [mask.sha256 for mask in together.masks] != hashes


def test_a_checkpoint_file_is_all_that_it_needs(tmp_path, picture_of):
    file = write_tiny_checkpoint(tmp_path / "tiny.pt")
    services = Services()
    settings = LocalSettings(weights=file, device="cpu")
    backend = get_backend("local", settings, services=services)
    told = []
    control = RunControl(on_wait=lambda waiting: told.append(waiting.reason))
    (reply,) = backend.segment([picture_of("liver", "polyp")], control)
    assert told == ["The model is being loaded."]
    other = get_backend("local", settings, services=services, owner="somebody else")
    (again,) = other.segment([picture_of("liver", "polyp")], control)
    assert told == ["The model is being loaded."]  # one model, however many backends
    assert np.array_equal(reply.probabilities, again.probabilities)
    assert reply.probabilities.std() > 0


def test_other_settings_bring_another_runner(tmp_path):
    services = Services()
    one = services.local.with_settings(LocalSettings(device="cpu"))
    assert services.local.with_settings(LocalSettings(device="cpu")) is one
    assert services.local.with_settings(LocalSettings(one_phrase=True)) is not one
