"""``python -m core segment --slices`` on a real endpoint: shared requests, what goes wrong."""

from __future__ import annotations

import json
import threading

import nibabel
import numpy as np
import pytest

from core.__main__ import main
from core.commands.following import follow
from core.errors import PhraseError
from core.jobs import Task
from tests.standin import KEY, Reply, StandIn
from tests.standin import behaviour as play


@pytest.fixture
def endpoint(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with StandIn() as running:
        monkeypatch.setenv("MIP_ENDPOINT", running.url)
        monkeypatch.setenv("MIP_API_KEY", KEY)
        yield running


@pytest.fixture
def volume(tmp_path):
    """Six slices, every one different."""
    values = np.full((24, 20, 6), 20, np.uint8) + np.arange(6, dtype=np.uint8)
    values[5:15, 4:15] = 200
    file = tmp_path / "Invented^Name.nii"
    file.write_bytes(nibabel.Nifti1Image(values, np.eye(4)).to_bytes())
    return file


def run(volume, *more):
    out = volume.parent / "out"
    arguments = ["segment", str(volume), "lung", "--backend", "azure", "--slices", "all"]
    return main([*arguments, "--out", str(out), *more]), out


def test_slices_share_requests_and_the_progress_is_told(endpoint, volume, capsys):
    code, out = run(volume)
    assert code == 0
    assert sorted(len(request.texts) for request in endpoint.received) == [3, 3]
    assert "6 of 6 slices" in capsys.readouterr().err
    manifest = json.loads((out / "manifest.json").read_bytes())
    assert len(manifest["slices"]) == 6
    assert (out / "mask_lung.nii.gz").is_file()


def test_the_concurrency_of_the_settings_is_used(endpoint, volume, monkeypatch):
    monkeypatch.setenv("MIP_CONCURRENCY", "3")
    endpoint.default = Reply(delay_s=1)
    assert run(volume)[0] == 0
    assert endpoint.most_in_flight == 6


def test_what_is_done_is_written_when_a_slice_fails_and_the_end_says_so(endpoint, volume, capsys):
    endpoint.script(*[play.NO_INPUT_DATA] * 4)
    code, out = run(volume)
    assert code == 2
    said = capsys.readouterr().err
    assert "of 6 slices have no masks: The model behind 127.0.0.1" in said
    assert (out / "mask_lung.nii.gz").is_file()
    assert 0 < len(json.loads((out / "manifest.json").read_bytes())["slices"]) < 6


def test_nothing_is_written_when_nothing_was_answered(endpoint, volume, capsys):
    endpoint.default = play.BAD_KEY
    code, out = run(volume)
    assert code == 2
    assert "did not accept the key" in capsys.readouterr().err
    assert not out.exists()


def test_an_interrupt_stops_what_is_under_way(monkeypatch):
    stopped = threading.Event()

    def work(control):
        while not control.is_cancelled():
            stopped.wait(0.01)
        stopped.set()

    def interrupt(*_args, **_kwargs):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("builtins.print", interrupt)
        with pytest.raises(KeyboardInterrupt):
            follow([Task("x", work)], workers=1, unit="slices")
    assert stopped.wait(10)


def test_what_went_wrong_comes_in_the_order_of_the_tasks(capsys):
    def fail(_control):
        raise PhraseError("No phrase.", "Type one.")

    (failure,) = follow([Task("a", fail), Task("b", lambda _c: 1)], workers=2, unit="slices")
    assert isinstance(failure, PhraseError)
    assert "2 of 2 slices" in capsys.readouterr().err
