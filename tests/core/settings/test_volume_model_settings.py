"""The endpoint for volumes: off unless it is set, and signed in like the other without a key."""

import pytest

from core.errors import SettingsError
from core.settings.volume_model import volume_model_settings_from

URL = "https://mip3d.westeurope.inference.ml.azure.com/score"
ON = {"MIP_3D_ENDPOINT": URL.removesuffix("/score"), "MIP_3D_API_KEY": "invented-key"}


@pytest.mark.parametrize("env", [{}, {"MIP_ENDPOINT": URL, "MIP_API_KEY": "other"}])
def test_it_is_off_unless_it_is_set(env):
    assert volume_model_settings_from(env) is None


def test_an_address_and_a_key_are_enough():
    settings = volume_model_settings_from(ON)
    assert settings.endpoint == URL
    assert settings.key.reveal() == "invented-key"
    assert settings.sign_in == "key"
    assert settings.read_timeout_s == 185.0
    assert settings.deployment is None


def test_it_can_stand_in_secrets_toml():
    section = {"mip_3d_endpoint": URL, "mip_3d_api_key": "invented-key"}
    assert volume_model_settings_from({}, {"medimageparse": section}).endpoint == URL


@pytest.mark.parametrize(("way", "expected"), [("", "auto"), ("cli", "cli"), ("device", "device")])
def test_without_a_key_it_signs_in_as_the_other_endpoint_does(way, expected):
    env = {"MIP_3D_ENDPOINT": URL, "MIP_SIGN_IN": way, "MIP_API_KEY": "of-the-other"}
    settings = volume_model_settings_from(env)
    assert settings.sign_in == expected
    assert settings.key is None


@pytest.mark.parametrize(("env", "words"), [
    ({"MIP_3D_API_KEY": "invented-key"}, "no endpoint for volumes"),
    ({**ON, "MIP_3D_ENDPOINT": "http://mip.example.org"}, "not encrypted"),
    ({**ON, "MIP_3D_ENDPOINT": "/subscriptions/1/x"}, "resource id"),
    ({"MIP_3D_ENDPOINT": URL, "MIP_SIGN_IN": "key"}, "does not open"),
    ({"MIP_3D_ENDPOINT": URL, "MIP_SIGN_IN": "workspace"}, "does not open"),
    ({"MIP_3D_ENDPOINT": URL, "MIP_SIGN_IN": "magic"}, "no way to sign in"),
])  # fmt: skip
def test_settings_that_make_no_sense_give_one_sentence_without_the_key(env, words):
    with pytest.raises(SettingsError, match=words) as problem:
        volume_model_settings_from(env)
    assert "invented-key" not in str(problem.value)


def test_a_host_of_ones_own_is_allowed_because_the_operator_named_it():
    env = {**ON, "MIP_3D_ENDPOINT": "https://mip.example.org"}
    assert volume_model_settings_from(env).host == "mip.example.org"
