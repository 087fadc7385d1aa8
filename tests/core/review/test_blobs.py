"""Images and masks are kept whole, under the hash of their content, wherever that is."""

import hashlib
import multiprocessing
import sys
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from core.errors import SettingsError, StoreDamaged, StoreUnreachable
from core.review.blobs import LocalBlobs, SharedBlobs, open_blobs

DATA = b"an image" * 1000
NAME = hashlib.sha256(DATA).hexdigest()


@pytest.fixture
def memory():
    yield "memory://review/blobs"
    MemoryFileSystem.store.clear()
    MemoryFileSystem.pseudo_dirs[:] = [""]


@pytest.fixture(params=["folder", "file", "memory"])
def place(request, tmp_path):
    if request.param == "memory":
        return request.getfixturevalue("memory")
    return str(tmp_path / "kept") if request.param == "folder" else f"file://{tmp_path}/kept"


def test_what_is_put_comes_back_also_when_opened_anew(place):
    assert open_blobs(place).put(DATA) == NAME
    assert open_blobs(place).put(DATA) == NAME
    assert open_blobs(place).get(NAME) == DATA


def test_what_is_not_there_is_missed_in_a_sentence(place):
    blobs = open_blobs(place)
    with pytest.raises(StoreDamaged, match=f"A stored file is missing: {NAME[:12]}"):
        blobs.get(NAME)
    blobs.put(b"something else")
    with pytest.raises(StoreDamaged, match="missing"):
        blobs.get(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", NAME.upper(), NAME[:-1], f"{NAME}/x"])
def test_a_name_that_is_no_hash_leads_nowhere(place, name):
    with pytest.raises(ValueError, match="is no SHA-256"):
        open_blobs(place).get(name)


def test_a_changed_file_is_never_given_out(tmp_path):
    blobs = LocalBlobs(tmp_path)
    blobs.put(DATA)
    (tmp_path / NAME[:2] / NAME).write_bytes(DATA[:-1])
    with pytest.raises(StoreDamaged, match=f"not what was stored: {NAME[:12]}"):
        blobs.get(NAME)


def test_a_changed_file_in_shared_storage_is_never_given_out(memory):
    blobs = open_blobs(memory)
    blobs.put(DATA)
    fsspec.filesystem("memory").pipe_file(f"/review/blobs/{NAME[:2]}/{NAME}", DATA[:-1] + b"?")
    with pytest.raises(StoreDamaged, match=f"not what was stored: {NAME[:12]}"):
        blobs.get(NAME)


def test_a_file_that_a_killed_server_left_half_way_is_written_again(memory):
    fsspec.filesystem("memory").pipe_file(f"/review/blobs/{NAME[:2]}/{NAME}", DATA[:100])
    blobs = open_blobs(memory)
    blobs.put(DATA)
    assert blobs.get(NAME) == DATA


def test_urls_of_this_machine_are_written_as_safely_as_folders(tmp_path):
    assert isinstance(open_blobs(f"file://{tmp_path}"), LocalBlobs)
    assert isinstance(open_blobs(str(tmp_path)), LocalBlobs)
    assert isinstance(open_blobs("memory://x"), SharedBlobs)


def test_others_on_this_machine_cannot_read_the_files(tmp_path):
    LocalBlobs(tmp_path).put(DATA)
    assert (tmp_path / NAME[:2] / NAME).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("url", ["nosuch://bucket/x", "memory-but-not://x"])
def test_storage_that_nobody_knows_is_refused(url):
    with pytest.raises(SettingsError, match="cannot be used"):
        open_blobs(url)


def test_storage_whose_package_is_not_installed_is_refused_with_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    with pytest.raises(SettingsError) as refused:
        open_blobs("s3://bucket/folder")
    assert refused.value.what == "Storage at s3:// cannot be used."
    assert "s3fs" in refused.value.details


def test_a_place_that_cannot_be_written_is_told_without_its_name(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnreachable) as refused:
        LocalBlobs(tmp_path / "file").put(DATA)
    assert str(tmp_path) not in f"{refused.value} {refused.value.details}"


def test_a_service_that_fails_is_told_in_a_sentence(monkeypatch, memory):
    def fail(*_args, **_more):
        raise RuntimeError("https://somewhere/with?a=secret")

    blobs = open_blobs(memory)
    monkeypatch.setattr(MemoryFileSystem, "cat_file", fail)
    with pytest.raises(StoreUnreachable) as refused:
        blobs.get(NAME)
    assert refused.value.details == "RuntimeError"


def test_a_disk_that_fills_up_leaves_nothing_behind(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.review.whole_file.os.fsync", full)
    with pytest.raises(StoreUnreachable) as refused:
        LocalBlobs(tmp_path).put(DATA)
    assert refused.value.details == "No space left on device"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def _put_many(folder: str) -> None:
    blobs = LocalBlobs(Path(folder))
    for number in range(60):
        blobs.put(b"%d" % number * 5000)


def test_several_servers_put_the_same_files_at_once(tmp_path):
    context = multiprocessing.get_context("spawn")
    servers = [context.Process(target=_put_many, args=(str(tmp_path),)) for _ in range(3)]
    for server in servers:
        server.start()
    for server in servers:
        server.join(60)
    assert [server.exitcode for server in servers] == [0] * 3
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) == 60
    assert all(hashlib.sha256(path.read_bytes()).hexdigest() == path.name for path in files)
