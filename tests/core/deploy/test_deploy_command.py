"""``python -m core deploy``."""

import argparse

import pytest

from core.commands import deploy
from core.deploy import following
from core.errors import ArmRefused, InputError, SettingsError
from tests.standin.arm_world import Deployed, Endpoint, Place
from tests.standin.tokens import OBJECT_ID, FixedSource

WORKSPACE = Place().path
NEW = Endpoint("mip-new").path
RUN = ("run", "--workspace", WORKSPACE, "--name", "mip-new")


@pytest.fixture
def say(monkeypatch, capsys):
    """Runs a step against a stand-in, with what is typed, and returns what it prints."""

    def run(azure, *words, typed="", source=None):
        monkeypatch.setenv("MIP_ARM_URL", azure.url)
        monkeypatch.setattr(deploy, "source_from", lambda env, way=None: source or FixedSource())
        monkeypatch.setattr("builtins.input", lambda question: typed)
        monkeypatch.setattr(following, "_POLL_S", 0.01)
        parser = argparse.ArgumentParser()
        deploy.add_arguments(parser)
        deploy.run(parser.parse_args(words))
        return capsys.readouterr().out

    return run


def test_the_plan_prints_everything_and_creates_nothing(connect, say):
    azure, _ = connect()
    printed = say(azure, "plan", "--workspace", WORKSPACE, "--name", "mip-new")
    assert "Create: Microsoft.MachineLearningServices/workspaces/onlineEndpoints" in printed
    assert "properties.requestSettings.requestTimeout: PT1M30S" in printed
    assert "80 cores free  chosen" in printed
    assert "https://prices.azure.com/api/retail/prices" in printed
    assert "This was a dry run: nothing was created." in printed
    assert not azure.resources
    assert not azure.asked_for("PUT", "")


def test_too_little_quota_and_shared_quota_are_told(connect, say):
    azure, _ = connect()
    words = ("plan", "--workspace", WORKSPACE, "--sku", "Standard_NC24ads_A100_v4")
    assert "Warning: Too little quota" in say(azure, *words)
    printed = say(azure, *words, "--shared-quota")
    assert "Warning" not in printed
    assert "168 hours after creation" in printed


def test_running_asks_first(connect, say):
    azure, _ = connect()
    for typed in ("", "y", "no"):
        with pytest.raises(InputError, match="Nothing was deployed"):
            say(azure, *RUN, typed=typed)
    assert not azure.asked_for("PUT", "")
    assert "mip-new: Succeeded" in say(azure, *RUN, typed="yes")


def test_nobody_at_the_keyboard_is_no_yes(monkeypatch):
    def nobody(question):
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)
    assert deploy._asked("Write yes to deploy: ") == ""


def test_running_with_yes_prints_each_step_once_and_the_settings(connect, say):
    azure, _ = connect(polls=3)
    printed = say(azure, *RUN, "--yes", "--auth", "entra", "--user", "me")
    assert printed.count("Deployment as a whole: Running") == 1
    for step in ("Endpoint mip-new", "Deployment medimageparse-v17", "Traffic mip-new"):
        assert f"{step}: Succeeded" in printed
    assert "MIP_ENDPOINT=https://mip-new.eastus2.inference.ml.azure.com/score" in printed
    assert "Billing runs by the hour" in printed
    assert any("/roleassignments/" in key for key in azure.resources)


def test_a_failure_is_told_with_azures_words(connect, say):
    azure, _ = connect(failure=("QuotaExceeded", "Not enough quota"))
    with pytest.raises(ArmRefused, match="Not enough quota"):
        say(azure, *RUN, "--yes")


def test_leaving_while_it_runs_says_how_to_look_again(connect, say, monkeypatch):
    azure, _ = connect()

    def leave(*_args, **_named):
        raise KeyboardInterrupt

    monkeypatch.setattr(deploy, "follow", leave)
    printed = say(azure, *RUN, "--yes")
    assert "goes on in Azure" in printed
    assert f"python -m core deploy status {NEW}" in printed


def test_the_status_is_told_after_a_restart_too(connect, say):
    azure, _ = connect(endpoints=[Endpoint("by-hand", deployments=(Deployed("blue"),))])
    say(azure, *RUN, "--yes")
    assert "Deployment as a whole: Succeeded" in say(azure, "status", NEW)
    assert "Deployment as a whole: Succeeded" in say(azure, "status", NEW, "--watch")
    printed = say(azure, "status", Endpoint("by-hand").path)
    assert "not deployed with this program" in printed
    assert "blue: Succeeded, 1 x Standard_NC40ads_H100_v5, 100 % of the traffic" in printed


def test_people_are_let_in_by_their_object_id_or_as_me(connect, say):
    azure, _ = connect(endpoints=[Endpoint("mip-new")])
    printed = say(azure, "grant", NEW, "me")
    assert printed == "me now has AzureML Data Scientist on mip-new\n"
    assert f"{OBJECT_ID} already had" in say(azure, "grant", NEW, OBJECT_ID)


def test_a_sign_in_that_tells_no_object_id_is_told_with_the_command(connect, say):
    azure, _ = connect(token=None)
    with pytest.raises(SettingsError, match="az ad signed-in-user show"):
        say(azure, "grant", NEW, "me", source=FixedSource("opaque"))


def test_deleting_needs_the_name_again(connect, say):
    azure, _ = connect(endpoints=[Endpoint("mip-new")])
    with pytest.raises(InputError, match="is not mip-new"):
        say(azure, "delete", NEW, typed="yes")
    assert azure.resources
    printed = say(azure, "delete", NEW, "--confirm", "mip-new")
    assert "100 % of the traffic" in printed
    assert "billing for it has ended" in printed
    assert not azure.resources


def test_a_workspace_that_is_none_is_refused(connect, say):
    azure, _ = connect()
    with pytest.raises(SettingsError):
        say(azure, "plan", "--workspace", "ws-radiology")
