"""To which hosts pictures may be sent, and as whom."""

from __future__ import annotations

import pytest

from core.errors import SettingsError
from core.secret import Secret
from core.settings import AllowedHosts, PageEntry, azure_settings_from

URL = "https://mip.region.inference.ml.azure.com/score"
OWN = "https://gateway.example.org/score"
RESOURCE = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices"
    "/workspaces/w/onlineEndpoints/mip"
)


@pytest.mark.parametrize(
    ("pattern", "host", "expected"),
    [
        ("*.example.org", "a.b.example.org", True),
        ("*.example.org", "example.org", False),
        ("*.example.org", "badexample.org", False),
        ("mip.example.org", "MIP.example.org.", True),
        ("mip.example.org", "mip.example.org.evil.net", False),
        ("mip.example.org", "127.0.0.1", True),
    ],
)
def test_a_host_is_allowed_by_its_own_name_or_by_the_domain_it_is_in(pattern, host, expected):
    assert AllowedHosts((pattern,)).allows(host) is expected


def test_another_host_than_azures_is_refused_until_the_operator_allows_it():
    page = PageEntry(endpoint=OWN, key=Secret("k"))
    with pytest.raises(SettingsError, match=r"gateway\.example\.org.*MIP_ALLOWED_HOSTS"):
        azure_settings_from({}, page=page)
    allowed = azure_settings_from({"MIP_ALLOWED_HOSTS": "*.example.org"}, page=page)
    assert allowed.endpoint == OWN


def test_the_operators_own_endpoint_needs_no_entry_in_the_list():
    assert azure_settings_from({"MIP_ENDPOINT": OWN, "MIP_API_KEY": "k"}).endpoint == OWN


@pytest.mark.parametrize("text", ["https://a.example.org", "*", "*.", "a b.org", "localhost"])
def test_an_entry_that_is_no_host_name_is_refused(text):
    with pytest.raises(SettingsError, match="is no host name"):
        azure_settings_from({"MIP_ALLOWED_HOSTS": text, "MIP_ENDPOINT": URL})


@pytest.mark.parametrize("way", ["auto", "cli", "managed", "workload", "secret", "workspace"])
def test_on_a_shared_server_its_identity_never_goes_to_an_address_from_the_page(way):
    other = PageEntry(endpoint=URL.replace("mip", "mine"), sign_in=way)
    with pytest.raises(SettingsError, match="server's own"):
        azure_settings_from({"MIP_ENDPOINT": URL}, page=other, own_machine=False)
    assert azure_settings_from({}, page=other, own_machine=True).sign_in == way
    same = PageEntry(endpoint=URL, sign_in=way)
    found = azure_settings_from({"MIP_ENDPOINT": URL}, page=same, own_machine=False)
    assert found.sign_in == way


def test_a_key_signs_in_with_itself_and_otherwise_azure_is_asked():
    assert azure_settings_from({"MIP_ENDPOINT": URL, "MIP_API_KEY": "k"}).sign_in == "key"
    assert azure_settings_from({"MIP_ENDPOINT": URL}).sign_in == "auto"
    both = {"MIP_ENDPOINT": URL, "MIP_API_KEY": "k", "MIP_SIGN_IN": "cli"}
    found = azure_settings_from(both)
    assert (found.sign_in, found.key) == ("cli", None)
    with pytest.raises(SettingsError, match="no way to sign in named 'kee'"):
        azure_settings_from({"MIP_ENDPOINT": URL, "MIP_SIGN_IN": "kee"})


def test_a_resource_id_is_looked_up_where_it_can_be():
    asked = []

    def locate(resource_id):
        asked.append(resource_id)
        return URL

    for name in ("MIP_RESOURCE_ID", "MIP_MODEL_ENDPOINT"):
        found = azure_settings_from({name: RESOURCE}, locate=locate)
        assert (found.endpoint, found.resource_id) == (URL, RESOURCE)
    with pytest.raises(SettingsError, match="resource id; the scoring URL is needed"):
        azure_settings_from({"MIP_RESOURCE_ID": RESOURCE})
    azure_settings_from({"MIP_RESOURCE_ID": RESOURCE, "MIP_ENDPOINT": URL}, locate=locate)
    assert asked == [RESOURCE, RESOURCE]


@pytest.mark.parametrize("text", ["0", "-1", "many", "201", "1.5"])
def test_a_concurrency_that_makes_no_sense_is_refused(text):
    with pytest.raises(SettingsError, match="MIP_CONCURRENCY"):
        azure_settings_from({"MIP_ENDPOINT": URL, "MIP_CONCURRENCY": text})


def test_the_concurrency_is_one_unless_it_is_set():
    assert azure_settings_from({"MIP_ENDPOINT": URL}).concurrency == 1
    assert azure_settings_from({"MIP_ENDPOINT": URL, "MIP_CONCURRENCY": "8"}).concurrency == 8
