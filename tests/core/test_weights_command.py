"""``python -m core weights``, run as a user runs it, against a hub on this machine."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.core.backends.local.tiny import write_tiny_checkpoint
from tests.standin.hub import TOKEN, HubStandIn

ROOT = Path(__file__).resolve().parents[2]
MB = 1 << 20
PATIENCE_S = 60


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_tiny_checkpoint(tmp_path_factory.mktemp("hub") / "biomedparse_v1.pt")


@pytest.fixture
def hub(checkpoint):
    with HubStandIn(checkpoint.read_bytes()) as standin:
        yield standin


@pytest.fixture
def command(tmp_path, hub):
    """Starts the command for a user with nothing but a hub."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "MIP_"))}
    env |= {
        "HF_ENDPOINT": hub.url,
        "HF_HOME": str(tmp_path / "home"),
        "MIP_DATA_FOLDER": str(tmp_path / "data"),
    }

    def start(*arguments, **more):
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "core", "weights", *map(str, arguments)],
            cwd=ROOT,
            env=env | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture
def run(command):
    def run(*arguments, **more):
        process = command(*arguments, **more)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert TOKEN not in out + err
        return process.returncode, out, err

    return run


@pytest.fixture
def place(tmp_path):
    return tmp_path / "data" / "weights" / "biomedparse_v1.pt"


def test_a_newcomer_learns_where_to_get_them_and_nothing_is_asked(run, hub, place):
    code, out, err = run()
    assert code == 2
    for words in (
        "https://huggingface.co/microsoft/BiomedParse",
        "accept the terms",
        "research and development only",
        "CC BY-NC-SA 4.0",
        "1.80 GB to download",
        "1.36 GB (341.2 million numbers of 4 bytes)",
        str(place),
        "pip install -r requirements-local.txt",
        "python -m core weights --download",
        "python -m core weights --import biomedparse_v1.pt",
    ):
        assert words in out
    assert err == "The file is not there yet. Do what stands above.\n"
    assert hub.asked_of_hub == []


def test_a_download_shows_progress_and_what_came_of_it(run, hub, place):
    code, out, err = run("--download", HF_TOKEN=TOKEN)
    assert (code, err) == (0, "")
    assert "Downloading: 0 %\nDownloading: 10 %" in out
    assert "Downloading: 100 %\nComputing the hash: " in out
    assert hub.sha256 in out
    assert "as the hub says, revision 0123456789ab" in out
    assert out.endswith("The weights are in order.\n")
    assert place.read_bytes() == hub.content
    code, out, err = run()
    assert (code, err) == (0, "")
    assert str(place) in out
    assert "all there and finite" in out


def test_a_download_that_was_killed_goes_on_where_it_was(command, run, hub, place):
    hub.stalls = [5 * MB]
    process = command("--download", HF_TOKEN=TOKEN)
    deadline = time.monotonic() + PATIENCE_S
    while not [f for f in place.parent.glob("unfinished-*") if f.stat().st_size >= 4 * MB]:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.05)
    process.send_signal(signal.SIGKILL)
    out, err = process.communicate(timeout=PATIENCE_S)
    assert TOKEN not in out + err
    assert not place.exists()
    code, _, err = run("--download", HF_TOKEN=TOKEN)
    assert (code, err) == (0, "")
    first, second = hub.fetched
    assert first == "bytes=0-"
    assert int(second.removeprefix("bytes=").rstrip("-")) >= 4 * MB
    assert place.read_bytes() == hub.content


def test_who_is_not_signed_in_gets_one_sentence_and_the_command(run, place):
    code, _, err = run("--download")
    assert code == 2
    assert err == (
        "The hub gives this file only to who is signed in (401). Accept the terms on "
        "https://huggingface.co/microsoft/BiomedParse, make a token on "
        "https://huggingface.co/settings/tokens, then run: hf auth login\n"
    )
    assert not place.exists()


def test_a_token_on_the_command_line_is_refused(run):
    code, _, err = run("--download", "--token", "hf_x")
    assert code == 2
    assert "unrecognized arguments" in err


def test_a_file_from_a_browser_is_taken_in_and_later_checked(run, checkpoint, place):
    code, out, err = run("--import", checkpoint)
    assert (code, err) == (0, "")
    assert "as the hub says" in out
    assert place.exists()
    assert checkpoint.exists()
    code, out, err = run("--verify", "--offline")
    assert (code, err) == (0, "")
    with place.open("r+b") as file:
        file.seek(MB)
        file.write(b"\xff\xff\xff\xff")
    code, out, err = run()
    assert (code, err) == (0, "")
    assert "It was written to since: python -m core weights --verify" in out
    code, _, err = run("--verify", "--offline")
    assert code == 2
    assert err.startswith("The file has changed since it was checked on ")


def test_a_hash_without_a_file_to_check_is_refused(run):
    code, _, err = run("--sha256", "ab" * 32)
    assert (code, err) == (2, "--sha256 was given alone. Add --verify, or --import FILE.\n")


def test_checking_what_is_not_there_says_what_to_run(run):
    code, _, err = run("--verify")
    assert code == 2
    assert err.startswith("The weights of BiomedParse are not on this machine.")
    assert err.endswith("Run: python -m core weights\n")
