"""Several pictures in a request, on a real endpoint: spread, shared, and taken apart."""

from __future__ import annotations

import nibabel
import numpy as np
import pytest

from core.errors import ModelFailed
from core.imaging import open_upload
from core.jobs import Job, failures_of
from core.volume import slice_range, slice_tasks
from tests.standin import Reply, StandIn
from tests.standin import behaviour as play

PATIENCE_S = 60.0


@pytest.fixture(scope="module")
def upload():
    """A volume of ten slices, every one different."""
    values = np.full((24, 20, 10), 20, np.uint8) + np.arange(10, dtype=np.uint8)
    values[5:15, 4:15] = 200
    return open_upload(nibabel.Nifti1Image(values, np.eye(4)).to_bytes(), "head.nii")


def run(upload, backend, workers=None):
    """Segment all slices; returns the results by slice and what went wrong."""
    found = {}
    wanted = slice_range(upload, "axial", "all")
    tasks = slice_tasks(
        upload, wanted, wanted.indices, phrases=["lung"], backend=backend, keep=found.update
    )
    job = Job(tasks, workers=workers or backend.workers)
    assert job.wait(PATIENCE_S)
    return found, failures_of(job.progress.outcomes)


def test_ten_slices_fill_both_places_with_five_pictures_each(ask, upload):
    with StandIn(default=Reply(delay_s=0.5), max_in_flight=2) as endpoint:
        found, failures = run(upload, ask(endpoint.url))
        assert endpoint.most_in_flight == 2
        assert [len(request.texts) for request in endpoint.received] == [5, 5]
    assert sorted(found) == list(range(10))
    assert failures == ()


@pytest.mark.parametrize("refusal", [play.NO_INPUT_DATA, play.BODY_TOO_LARGE, play.TOO_LARGE])
def test_a_request_that_is_refused_as_a_whole_is_sent_again_picture_by_picture(
    ask, upload, refusal
):
    with StandIn() as endpoint:
        endpoint.script(refusal)
        found, failures = run(upload, ask(endpoint.url))
        assert sorted(len(request.texts) for request in endpoint.received) == [1] * 5 + [5, 5]
    assert sorted(found) == list(range(10))
    assert failures == ()


def test_one_picture_that_the_model_cannot_take_costs_that_picture_only(ask, upload):
    with StandIn() as endpoint:
        endpoint.script(play.NO_INPUT_DATA, play.NO_INPUT_DATA)  # the group, then its first
        found, failures = run(upload, ask(endpoint.url), workers=1)
    assert sorted(found) == list(range(1, 10))
    (failure,) = failures
    assert isinstance(failure, ModelFailed)


def test_each_slice_gets_the_masks_of_its_own_picture(endpoint, ask, upload):
    backend = ask(endpoint.url)
    together, _ = run(upload, backend)
    wanted = slice_range(upload, "axial", "all")
    alone = {}
    for index in (0, 4, 5, 9):
        tasks = slice_tasks(
            upload, wanted, [index], phrases=["lung"], backend=backend, keep=alone.update
        )
        assert Job(tasks).wait(PATIENCE_S)
    for index, result in alone.items():
        assert result.masks[0].sha256 == together[index].masks[0].sha256
        assert result.frame.sha256 == together[index].frame.sha256
