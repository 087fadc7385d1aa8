"""Downloading the weights from a hub on this machine, over connections that break."""

import errno
import hashlib
import logging
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from core.backends.base import RunControl
from core.backends.retry import Clock
from core.batch.lock import only_one
from core.errors import (
    Cancelled,
    ConnectionFailed,
    EndpointNotFound,
    ExportError,
    InputError,
    InvalidReply,
    LocalModelMissing,
    ServiceFault,
    SignInRefused,
    WeightsDamaged,
)
from core.secret import Secret
from core.settings import LocalSettings
from core.weights import Hub, download, find, record_of
from tests.standin.hub import REVISION, TOKEN

MB = 1 << 20


class PatientClock:
    """Time that passes only while somebody waits."""

    def __init__(self):
        self.seconds = 0.0

    def clock(self):
        return Clock(lambda: self.seconds, self._sleep)

    def _sleep(self, seconds):
        self.seconds += seconds


def left_over(place):
    return list(place.parent.glob("unfinished-*"))


def test_the_file_is_fetched_checked_and_put_in_its_place(hub, signed_in, place):
    stages = []
    verdict = download(signed_in, place, tell=stages.append)
    assert place.read_bytes() == hub.content
    assert verdict.remarks == ()
    record = verdict.record
    assert (record.size, record.sha256) == (len(hub.content), hub.sha256)
    assert (record.source, record.revision) == ("hub", REVISION)
    assert record.parameters > 100
    assert record_of(place) == record
    assert find(LocalSettings(weights=place)) == place
    assert left_over(place) == []
    assert [*dict.fromkeys(stage.name for stage in stages)] == ["download", "hash", "parameters"]
    assert [s.done for s in stages if s.name == "download"][-1] == len(hub.content)


def test_a_connection_that_breaks_goes_on_where_it_broke(hub, signed_in, place):
    hub.cuts = [3 * MB, 2 * MB]
    download(signed_in, place, clock=PatientClock().clock())
    assert hub.fetched == ["bytes=0-", f"bytes={3 * MB}-", f"bytes={5 * MB}-"]
    assert place.read_bytes() == hub.content


def test_a_hub_that_is_away_for_a_moment_stops_nothing(hub, signed_in, place):
    hub.cuts = [3 * MB]
    hub.hub_statuses = [0, 0, 503, 500]
    download(signed_in, place, clock=PatientClock().clock())
    assert place.read_bytes() == hub.content


def test_a_download_that_was_given_up_goes_on_in_the_next_one(hub, signed_in, place):
    hub.cuts = [4 * MB] + [0] * 20
    waiting = PatientClock()
    with pytest.raises(ConnectionFailed) as caught:
        download(signed_in, place, clock=waiting.clock())
    assert "What has arrived is kept" in caught.value.next_step
    assert "python -m core weights --download" in caught.value.next_step
    assert 30 < waiting.seconds < 61
    assert not place.exists()
    (part,) = left_over(place)
    assert part.stat().st_size == 4 * MB
    before = len(hub.fetched)
    hub.cuts = []
    download(signed_in, place)
    assert hub.fetched[before:] == [f"bytes={4 * MB}-"]
    assert place.read_bytes() == hub.content


def test_a_download_that_the_user_stops_goes_on_in_the_next_one(hub, signed_in, place):
    there = []
    control = RunControl(is_cancelled=lambda: bool(there) and there[-1] >= 5 * MB)
    with pytest.raises(Cancelled):
        download(signed_in, place, tell=lambda s: there.append(s.done), control=control)
    assert not place.exists()
    (part,) = left_over(place)
    begun = part.stat().st_size
    assert begun >= 5 * MB
    download(signed_in, place)
    assert hub.fetched[-1] == f"bytes={begun}-"
    assert place.read_bytes() == hub.content


def test_a_store_that_cannot_begin_in_the_middle_gives_all_of_it_again(hub, signed_in, place):
    hub.cuts, hub.ranges = [3 * MB], False
    download(signed_in, place, clock=PatientClock().clock())
    assert place.read_bytes() == hub.content


def test_another_version_on_the_hub_is_never_appended_to_the_part_of_an_earlier_one(
    hub, signed_in, place
):
    hub.cuts = [4 * MB] + [0] * 20
    with pytest.raises(ConnectionFailed):
        download(signed_in, place, clock=PatientClock().clock())
    hub.cuts, hub.token = [], None
    hub.content += b"."
    hub.sha256 = hashlib.sha256(hub.content).hexdigest()
    download(signed_in, place)
    assert hub.fetched[-1] == "bytes=0-"
    assert place.read_bytes() == hub.content


def test_bytes_that_are_not_what_the_hub_says_never_get_into_the_place(hub, signed_in, place):
    place.parent.mkdir(parents=True)
    place.write_bytes(b"the file of before")
    hub.sha256 = "0" * 64
    with pytest.raises(WeightsDamaged, match="not the one that the hub offers"):
        download(signed_in, place)
    assert place.read_bytes() == b"the file of before"
    assert left_over(place) == []


def test_the_token_goes_to_the_hub_and_never_to_the_store_of_its_files(
    hub, signed_in, place, caplog
):
    caplog.set_level(logging.DEBUG)
    download(signed_in, place)
    shown = [asked.headers.get("authorization") for asked in hub.asked_of_hub]
    assert shown == [f"Bearer {TOKEN}"] * len(shown)
    assert [a for a in hub.asked_of_store if "authorization" in a.headers] == []
    assert TOKEN not in caplog.text
    assert TOKEN not in place.with_name(f"{place.name}.json").read_text()
    assert TOKEN not in repr(signed_in)


def test_a_hub_that_has_the_bytes_itself_gets_the_token_with_them(hub, signed_in, place):
    hub.same_host = True
    download(signed_in, place)
    assert place.read_bytes() == hub.content
    assert hub.asked_of_store == []


def test_the_token_of_the_environment_is_used_when_none_is_typed(hub, place, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    download(Hub(hub.url), place)
    assert place.read_bytes() == hub.content


def test_who_is_not_signed_in_is_told_how(hub, place):
    with pytest.raises(SignInRefused, match=r"only to who is signed in \(401\)") as caught:
        download(Hub(hub.url), place)
    assert "https://huggingface.co/microsoft/BiomedParse" in caught.value.next_step
    assert caught.value.next_step.endswith("hf auth login")


def test_a_token_that_is_wrong_is_not_shown(hub, place):
    with pytest.raises(SignInRefused, match=r"does not accept the token \(401\)") as caught:
        download(Hub(hub.url, Secret("hf_WrongTokenOfNobody")), place)
    told = f"{caught.value!r} {caught.value.details} {caught.value.__cause__!r}"
    assert "hf_Wrong" not in told


def test_who_has_not_accepted_the_terms_is_told_where(hub, signed_in, place):
    hub.accepted = False
    with pytest.raises(SignInRefused, match=r"has not accepted the terms .*\(403\)") as caught:
        download(signed_in, place)
    assert "Accept them on https://huggingface.co/microsoft/BiomedParse" in caught.value.next_step


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (404, EndpointNotFound, "no repository microsoft/BiomedParse"),
        (500, ServiceFault, r"answered with an error \(500\)"),
    ],
)
def test_what_the_hub_refuses_is_told(hub, signed_in, status, error, words):
    hub.hub_statuses = [status]
    place = Path("never-made.pt")
    with pytest.raises(error, match=words):
        download(signed_in, place)


def test_a_file_that_has_another_name_by_now_is_told(hub, signed_in, place):
    hub.file_name = "biomedparse_v9.pt"
    with pytest.raises(InvalidReply, match="holds no size and hash"):
        download(signed_in, place)


def test_a_store_that_refuses_is_asked_again_before_it_is_told(hub, signed_in, place):
    hub.store_status = 503
    with pytest.raises(ServiceFault, match=r"error \(503\)\. It was tried \d times"):
        download(signed_in, place, clock=PatientClock().clock())


def test_a_hub_that_cannot_be_reached_is_told(place, unused_port):
    hub = Hub(f"http://127.0.0.1:{unused_port}", Secret(TOKEN))
    with pytest.raises(ConnectionFailed, match="cannot be reached") as caught:
        download(hub, place)
    assert "python -m core weights --import FILE" in caught.value.next_step


@pytest.fixture
def unused_port():
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_an_offline_switch_is_named(hub, signed_in, place, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(ConnectionFailed, match="HF_HUB_OFFLINE is set"):
        download(signed_in, place)


def test_a_missing_library_is_told_with_the_command_that_installs_it(place, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "huggingface_hub", None)
    with pytest.raises(LocalModelMissing, match="which is not installed") as caught:
        download(Hub("http://127.0.0.1:9"), place)
    assert "pip install -r requirements-local.txt" in caught.value.next_step


def test_a_disk_that_is_too_small_is_told_before_a_byte_is_fetched(
    hub, signed_in, place, monkeypatch
):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**12, 0, 50_000_000))
    with pytest.raises(ExportError, match=r"0\.05 GB is free"):
        download(signed_in, place)
    assert hub.fetched == []


def test_a_disk_that_fills_up_keeps_what_has_arrived(hub, signed_in, place, monkeypatch):
    opened = Path.open

    class FullDisk:
        def __init__(self, file):
            self.file, self.left = file, 4 * MB

        def __enter__(self):
            return self

        def __exit__(self, *problem):
            self.file.close()

        def write(self, piece):
            if self.left < len(piece):
                raise OSError(errno.ENOSPC, "No space left on device")
            self.left -= len(piece)
            return self.file.write(piece)

    def open_(path, mode="r", *args, **kwargs):
        file = opened(path, mode, *args, **kwargs)
        return FullDisk(file) if mode == "ab" and "unfinished" in path.name else file

    monkeypatch.setattr(Path, "open", open_)
    with pytest.raises(ExportError, match="The disk is full"):
        download(signed_in, place)
    monkeypatch.undo()
    (part,) = left_over(place)
    assert part.stat().st_size == 4 * MB
    download(signed_in, place)
    assert hub.fetched[-1] == f"bytes={4 * MB}-"
    assert place.read_bytes() == hub.content


def test_two_downloads_into_one_folder_do_not_mix(hub, signed_in, place):
    with only_one(place.parent), pytest.raises(InputError, match="Another command is at work"):
        download(signed_in, place)
    assert hub.fetched == []


def test_a_place_for_another_kind_of_file_is_refused_at_once(hub, signed_in, place):
    with pytest.raises(InputError, match=r"ends in '\.safetensors'"):
        download(signed_in, place.with_suffix(".safetensors"))
    assert hub.asked_of_hub == []
