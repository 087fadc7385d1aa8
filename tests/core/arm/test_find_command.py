"""``python -m core find``."""

import argparse

import pytest

from core.commands import find
from core.errors import SettingsError
from tests.standin.arm_world import MODEL_3D, SUBSCRIPTION, Deployed, Endpoint, Place
from tests.standin.tokens import FixedSource


@pytest.fixture
def say(monkeypatch, capsys):
    """Runs the command against a stand-in and returns what it prints."""

    def run(azure, *words):
        monkeypatch.setenv("MIP_ARM_URL", azure.url)
        monkeypatch.setattr(find, "source_from", lambda env, way=None: FixedSource())
        parser = argparse.ArgumentParser()
        find.add_arguments(parser)
        find.run(parser.parse_args(words))
        return capsys.readouterr().out

    return run


def test_a_table_and_the_settings_to_copy_are_printed(connect, say):
    volume = Endpoint("volume-1", deployments=(Deployed("blue", model=MODEL_3D),))
    empty = Endpoint("empty-one", deployments=())
    trial = Endpoint("medimageparse-t", properties={"SharedComputeCapacityEnabled": "true"})
    azure, _ = connect(endpoints=[volume, empty, trial])
    printed = say(azure)
    head, *lines = printed.splitlines()
    assert head.split()[:3] == ["Endpoint", "Model", "Deployment"]
    assert lines[0].split()[:3] == ["medimageparse-t", "MedImageParse", "medimageparse-v17"]
    assert lines[2].split()[:2] == ["empty-one", "none"]
    assert f"MIP_RESOURCE_ID={trial.path}" in printed
    assert "MIP_ENDPOINT=https://medimageparse-t.eastus2" in printed
    assert "MIP_3D_ENDPOINT=https://volume-1.eastus2" in printed
    assert "deleted on 27 November 2026, 08:30 UTC" in printed


def test_what_could_not_be_read_is_named(connect, say):
    closed = Place("ws-closed")
    azure, _ = connect(places=[closed], denied=[closed.path])
    printed = say(azure, "--subscription", SUBSCRIPTION)
    assert printed.startswith("No endpoint was found.")
    assert "Not looked into: workspace ws-closed." in printed


def test_an_id_that_is_none_is_refused(connect, say):
    azure, _ = connect()
    with pytest.raises(SettingsError):
        say(azure, "/subscriptions/x/resourceGroups/y")
