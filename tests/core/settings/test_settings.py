"""Settings: where they come from, which one wins, and what is wrong with a pasted one."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import re

import pytest

from core.errors import SettingsError
from core.secret import Secret
from core.settings import (
    SETTINGS,
    AzureSettings,
    PageEntry,
    azure_settings_from,
    secrets_from_file,
    settings_for,
)

URL = "https://mip.region.inference.ml.azure.com/score"
OTHER = "https://mine.region.inference.ml.azure.com/score"


def test_nothing_set_is_no_endpoint_and_no_error():
    assert azure_settings_from({}) is None
    assert azure_settings_from({"MIP_ENDPOINT": " ", "MIP_API_KEY": ""}, {}, PageEntry()) is None


def test_the_environment_is_read():
    env = {"MIP_ENDPOINT": URL, "MIP_API_KEY": "k", "MIP_DEPLOY_NAME": "medimageparse-v17"}
    assert azure_settings_from(env) == AzureSettings(URL, Secret("k"), "medimageparse-v17")


def test_the_name_that_other_tools_use_is_read_and_comes_second():
    assert azure_settings_from({"MIP_MODEL_ENDPOINT": URL}).endpoint == URL
    both = {"MIP_MODEL_ENDPOINT": OTHER, "MIP_ENDPOINT": URL}
    assert azure_settings_from(both).endpoint == URL


def test_a_section_of_the_secrets_file_is_read_in_lower_case():
    section = {"mip_endpoint": URL, "mip_api_key": "k", "mip_deploy_name": "d"}
    found = azure_settings_from({}, {"medimageparse": section})
    assert found == AzureSettings(URL, Secret("k"), "d")


def test_the_environment_comes_before_the_secrets_file_value_by_value():
    section = {"mip_endpoint": OTHER, "mip_api_key": "from-file"}
    found = azure_settings_from({"MIP_ENDPOINT": URL}, {"medimageparse": section})
    assert found == AzureSettings(URL, Secret("from-file"))


def test_names_above_all_sections_of_the_secrets_file_are_read_too():
    assert azure_settings_from({}, {"MIP_ENDPOINT": URL}).endpoint == URL


def test_the_page_comes_before_everything():
    env = {"MIP_ENDPOINT": URL, "MIP_API_KEY": "operators", "MIP_DEPLOY_NAME": "operators"}
    page = PageEntry(OTHER, Secret("mine"), "my-deployment")
    assert azure_settings_from(env, {}, page) == AzureSettings(
        OTHER, Secret("mine"), "my-deployment"
    )


def test_a_key_typed_into_the_page_goes_to_the_operators_endpoint():
    env = {"MIP_ENDPOINT": URL, "MIP_API_KEY": "operators"}
    found = azure_settings_from(env, page=PageEntry(key=Secret("mine")))
    assert found == AzureSettings(URL, Secret("mine"))


@pytest.mark.parametrize("typed", [OTHER, URL.replace("mip.", "mip2."), f"{URL[:-6]}:8443"])
def test_the_operators_key_never_goes_to_a_host_that_a_user_typed(typed):
    env = {"MIP_ENDPOINT": URL, "MIP_API_KEY": "operators", "MIP_DEPLOY_NAME": "operators"}
    found = azure_settings_from(env, page=PageEntry(endpoint=typed))
    assert found.key is None
    assert found.deployment is None


def test_the_same_endpoint_typed_another_way_keeps_the_operators_key():
    env = {"MIP_ENDPOINT": URL, "MIP_API_KEY": "operators"}
    found = azure_settings_from(env, page=PageEntry(endpoint=URL.upper().replace("/SCORE", "/")))
    assert found == AzureSettings(URL, Secret("operators"))


def test_a_broken_operators_endpoint_does_not_stand_in_the_way_of_the_page():
    env = {"MIP_ENDPOINT": "my-endpoint", "MIP_API_KEY": "operators"}
    found = azure_settings_from(env, page=PageEntry(OTHER, Secret("mine")))
    assert found == AzureSettings(OTHER, Secret("mine"))


def test_a_key_without_an_endpoint_is_told():
    with pytest.raises(SettingsError, match="A key is set, but no endpoint"):
        azure_settings_from({"MIP_API_KEY": "k"})


@pytest.mark.parametrize(
    "pasted", ["k-1", "  k-1\n", '"k-1"', "'k-1'", "Bearer k-1", "bearer  k-1", '" k-1 "']
)
def test_what_comes_along_when_a_key_is_copied_is_trimmed(pasted):
    assert azure_settings_from({"MIP_ENDPOINT": URL, "MIP_API_KEY": pasted}).key == Secret("k-1")
    assert AzureSettings(URL, Secret(pasted)).key == Secret("k-1")


@pytest.mark.parametrize(
    ("pasted", "problem"),
    [
        ("canary\ncanary", "line break or a blank"),
        ("canary canary", "line break or a blank"),
        ("canary\x00", "line break or a blank"),
        ("canary–canary", "characters that no key has"),
        ("''", "is empty"),
    ],
)
def test_a_key_that_cannot_be_one_is_refused_without_being_quoted(pasted, problem):
    with pytest.raises(SettingsError, match=problem) as caught:
        AzureSettings(URL, Secret(pasted))
    assert "canary" not in f"{caught.value!r} {vars(caught.value)}"


@pytest.mark.parametrize("name", ["v17\r\nX: y", "v 17", "v17;", "ü"])
def test_a_deployment_name_that_cannot_be_a_header_is_refused(name):
    with pytest.raises(SettingsError, match="deployment name"):
        AzureSettings(URL, deployment=name)


def test_a_blank_deployment_name_is_none():
    assert AzureSettings(URL, deployment=" '' ").deployment is None


def test_values_of_the_secrets_file_that_are_no_text_are_refused():
    with pytest.raises(SettingsError, match=r"MIP_API_KEY in secrets\.toml is not text"):
        azure_settings_from({}, {"medimageparse": {"mip_api_key": 12345}})
    with pytest.raises(SettingsError, match="not a section"):
        azure_settings_from({}, {"medimageparse": "canary"})


def test_the_secrets_file_is_read_without_streamlit(tmp_path):
    file = tmp_path / "secrets.toml"
    file.write_text(f'[medimageparse]\nmip_endpoint = "{URL}"\n', encoding="utf-8")
    assert azure_settings_from({}, secrets_from_file(file)).endpoint == URL
    assert secrets_from_file(tmp_path / "none.toml") == {}


@pytest.mark.parametrize("content", [b"mip_api_key = canary", b"\xff\xfe", b"[a]\n[a]\ncanary=1"])
def test_a_broken_secrets_file_is_told_without_being_quoted(tmp_path, content):
    file = tmp_path / "secrets.toml"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="not valid TOML") as caught:
        secrets_from_file(file)
    assert "canary" not in f"{caught.value!r} {caught.value.__context__!r}"
    assert caught.value.__context__ is None


def test_a_secrets_file_that_cannot_be_opened_is_told(tmp_path):
    with pytest.raises(SettingsError, match="cannot be read"):
        secrets_from_file(tmp_path)


def test_the_demo_engine_runs_with_a_broken_endpoint_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    env = {"MIP_MODEL_ENDPOINT": "/subscriptions/1/onlineEndpoints/mip"}
    assert settings_for("demo", env) is None
    with pytest.raises(SettingsError, match="resource id"):
        settings_for("azure", env)


def test_every_setting_is_one_sentence_and_one_default():
    names = [setting.name for setting in SETTINGS]
    assert len(set(names)) == len(names)
    for setting in SETTINGS:
        assert re.fullmatch(r"[A-Z].*\.", setting.meaning)
        assert setting.default


def test_a_secret_shows_stars_and_is_compared_by_value():
    secret = Secret("canary")
    assert f"{secret} {secret!r} {[secret]}" == "**** '****' ['****']"
    assert secret.reveal() == "canary"
    assert secret == Secret("canary")
    assert secret != Secret("other")
    assert secret != "canary"
    assert len({secret, Secret("canary")}) == 1
    assert not Secret("")


def test_settings_show_no_key_however_they_are_turned_inside_out():
    settings = AzureSettings(URL, Secret("canary"))
    assert "canary" not in f"{settings} {dataclasses.asdict(settings)} {vars(settings)}"
    assert copy.deepcopy(settings) == settings
    assert not hasattr(settings.key, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(settings)


def test_a_secret_does_not_change():
    secret = Secret("canary")
    with pytest.raises(AttributeError):
        secret.other = 1
    with pytest.raises(AttributeError):
        del secret.reveal
