"""The command as it is called, with a sign-in of the test's own."""

import argparse
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from core.batch.front_door import FrontDoor
from core.commands import batch as command
from core.commands import signed_in
from core.errors import (
    EndpointNotFound,
    InputError,
    InvalidReply,
    ModelFailed,
    SettingsError,
)
from core.settings.hosts import AllowedHosts
from tests.core.batch.conftest import Source


@pytest.fixture
def call(bench, monkeypatch):
    """Run the command: ``call("liver", "--rows", "2")``."""
    for name, value in bench.service.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(signed_in, "source_from", lambda _env: Source())

    def run(*words, out=bench.job.path, yes=True):
        parser = argparse.ArgumentParser()
        command.add_arguments(parser)
        more = ["--yes"] if yes else []
        command.run(parser.parse_args([str(bench.images), *words, "--out", str(out), *more]))

    return run


def test_a_failed_job_is_started_again_only_when_asked_and_then_once(bench, call):
    bench.service.plan = replace(bench.service.plan, fails="No GPU.")
    with pytest.raises(ModelFailed):
        call("lung")
    bench.service.plan = replace(bench.service.plan, fails="")
    call("lung", "--again")
    assert len(bench.service.jobs) == 2
    assert bench.service.jobs[0].name != bench.service.jobs[1].name
    with pytest.raises(InputError, match="has its masks already"):
        call("lung", "--again")


def test_a_job_that_runs_is_not_started_again(bench, call):
    bench.service.plan = replace(bench.service.plan, fails="No GPU.")
    with pytest.raises(ModelFailed):
        call("lung")
    # As another command that was killed while following would have left it.
    bench.job.save(replace(bench.job.load(), failure=""))
    with pytest.raises(InputError, match="has not failed"):
        call("lung", "--again")
    assert len(bench.service.jobs) == 1


def test_images_without_masks_end_the_command_with_their_number(bench, call, capsys):
    bench.service.plan = replace(bench.service.plan, lost_files=1)
    with pytest.raises(InvalidReply, match="1 of 5 images got no masks"):
        call("lung")
    assert "4 of 5 images have masks" in capsys.readouterr().out


def test_cancelling_twice_and_starting_anew_work(bench, call, capsys):
    bench.service.plan = replace(bench.service.plan, fails="No GPU.")
    with pytest.raises(ModelFailed):
        call("lung")
    call("lung", "--cancel")
    call("lung", "--cancel")
    assert bench.service.storage.blobs == {}
    bench.service.plan = replace(bench.service.plan, fails="")
    call("lung")
    assert "5 of 5 images have masks" in capsys.readouterr().out


def test_other_phrases_in_the_same_folder_are_refused(call):
    call("lung")
    with pytest.raises(InputError, match="holds another batch"):
        call("liver")


def test_a_list_takes_the_place_of_the_phrases(bench, call, tmp_path):
    queue = tmp_path / "queue.csv"
    queue.write_text("name,phrases\na.png,lung\nward/d.png,liver & tumor\n")
    call("--phrases-from", str(queue))
    assert sorted(path.name for path in bench.job.path.glob("*/mask_*.png")) == [
        "mask_liver.png",
        "mask_lung.png",
        "mask_tumor.png",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lung", "--rows", "0"], "--rows is 0"),
        (["lung", "--rows", "17"], "--rows is 17"),
        (["lung", "--threshold", "256"], "--threshold is 256"),
        (["lung", "--phrases-from", "queue.csv"], "phrases and a list"),
    ],
)
def test_arguments_that_make_no_sense_are_refused(call, words, told):
    with pytest.raises(InputError, match=told):
        call(*words)


def test_nothing_to_cancel_and_nothing_to_prepare_are_told(bench, call, tmp_path):
    with pytest.raises(InputError, match="no batch"):
        call("lung", "--cancel")
    for path in bench.images.rglob("*.png"):
        path.write_bytes(b"no image")
    with pytest.raises(InputError, match="No image could be prepared"):
        call("lung", out=tmp_path / "other")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "No batch endpoint is set"),
        ("mip-batch", "no resource id"),
        ("onlineEndpoints", "something else"),
    ],
)
def test_an_endpoint_that_is_missing_or_of_another_kind_is_refused(
    bench, call, monkeypatch, value, words
):
    if value == "onlineEndpoints":
        value = bench.service.endpoint.replace("batchEndpoints", value)
    monkeypatch.setenv("MIP_BATCH_ENDPOINT", value)
    with pytest.raises(SettingsError, match=words):
        call("lung")


def test_an_endpoint_without_a_deployment_says_so_before_a_job_is_ordered(bench, call):
    bench.service.default_deployment = ""
    with pytest.raises(EndpointNotFound, match="no default deployment"):
        call("lung")
    bench.service.default_deployment = "mip-dpl"
    call("lung")
    assert len(bench.service.jobs) == 1


def test_a_scoring_address_elsewhere_gets_no_token():
    for url, words in [
        ("https://evil.example/jobs", "Nothing may be sent to evil.example"),
        ("http://mip.westeurope.inference.ml.azure.com/jobs", "not encrypted"),
    ]:
        with pytest.raises(SettingsError, match=words):
            FrontDoor(Source(), url, AllowedHosts())


def test_what_is_to_be_looked_at_is_shown_before_anything_is_sent(bench, call, capsys):
    frames = [Image.fromarray(np.full((40, 40), level, np.uint8)) for level in (20, 90, 200)]
    frames[0].save(bench.images / "series.gif", save_all=True, append_images=frames[1:])
    call("lung")
    told = capsys.readouterr().out
    assert "Look at series.gif first: Only the first of its 3 frames is sent." in told
