"""The page Local model: what is missing, getting the weights, checking them, trying it."""

import shutil
import sys
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.weights_desk import weights_desk
from core.weights import record_of, verify
from tests.core.backends.local.tiny import write_tiny_checkpoint
from tests.standin.hub import TOKEN, HubStandIn

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
MB = 1 << 20


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return write_tiny_checkpoint(tmp_path_factory.mktemp("hub") / "biomedparse_v1.pt")


@pytest.fixture
def hub(checkpoint, tmp_path, monkeypatch):
    """A hub, and somebody who sits at this machine and is not signed in to it."""
    for name in ("HF_TOKEN", "MIP_LOCAL_WEIGHTS", "MIP_LOCAL_DEVICE", "MIP_LOCAL_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "no-token"))
    monkeypatch.setenv("MIP_DATA_FOLDER", str(tmp_path / "data"))
    for panel in ("local_model_panel", "weights_panel"):
        monkeypatch.setattr(f"components.{panel}.own_machine", lambda: True)
    monkeypatch.setattr("core.weights.downloading._TIMEOUTS_S", (5.0, 1.0))
    weights_desk.clear()
    with HubStandIn(checkpoint.read_bytes()) as standin:
        monkeypatch.setenv("HF_ENDPOINT", standin.url)
        yield standin
        desk = weights_desk()
        if desk.job is not None:
            desk.stop()
            assert desk.job.wait(PATIENCE_S)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "data" / "weights" / "biomedparse_v1.pt"


@pytest.fixture
def there(checkpoint, place):
    """The weights are in their place, and nobody has checked them."""
    place.parent.mkdir(parents=True)
    return Path(shutil.copy(checkpoint, place))


def visit():
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()
    app.switch_page("pages/local_model.py").run()
    assert not app.exception
    return app


def words(app):
    shown = (*app.error, *app.warning, *app.info, *app.caption, *app.markdown, *app.code)
    return "\n".join(str(element.value) for element in shown).replace("\\", "")


def press(app, key):
    app.button(key=key).click().run()
    assert not app.exception
    return app


def until_done(app):
    """Run the page, as its own polling does, until nothing is at work."""
    deadline = time.monotonic() + PATIENCE_S
    while weights_desk().job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    app.run()
    assert not app.exception
    return app


def agree_and_download(app, token=TOKEN):
    app.text_input(key="weights_token").input(token).run()
    app.checkbox(key="weights_agree").check().run()
    return press(app, "weights_download")


def test_a_newcomer_sees_four_steps_and_nothing_is_downloaded(hub, place):
    app = visit()
    said = words(app)
    assert "1. PyTorch and device** &nbsp; Version 2" in said
    assert "2. Weights** &nbsp; The weights of BiomedParse are not on this machine." in said
    assert "[microsoft/BiomedParse](https://huggingface.co/microsoft/BiomedParse)" in said
    assert "One file of 1.80 GB" in said
    assert "licence was CC BY-NC-SA 4.0" in said
    assert "about 3.4 GB is needed" in said
    assert "python -m core weights --import biomedparse_v1.pt" in said
    assert str(place.parent) in said
    assert app.button(key="local_try").disabled
    assert app.button(key="weights_download").disabled
    assert hub.asked_of_hub == []


def test_the_button_waits_for_a_token_and_for_the_terms(hub):
    app = visit()
    app.checkbox(key="weights_agree").check().run()
    assert app.button(key="weights_download").disabled
    app.text_input(key="weights_token").input(TOKEN).run()
    assert not app.button(key="weights_download").disabled
    app.checkbox(key="weights_agree").uncheck().run()
    assert app.button(key="weights_download").disabled
    assert hub.asked_of_hub == []


def test_a_download_ends_with_weights_that_are_checked_and_can_be_tried(hub, place):
    app = until_done(agree_and_download(visit()))
    assert place.read_bytes() == hub.content
    said = words(app)
    assert "the hash is the hub's." in said
    assert hub.sha256 in said
    assert not app.button(key="local_try").disabled


def test_the_token_is_nowhere_once_the_download_has_begun(hub):
    hub.stalls = [6 * MB]
    app = agree_and_download(visit())
    assert TOKEN not in repr(app.session_state)
    assert TOKEN not in words(app)
    assert TOKEN not in repr(weights_desk())


def test_a_machine_that_is_signed_in_needs_no_token_on_the_page(hub, place, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    app = visit()
    assert "This computer is signed in" in app.text_input(key="weights_token").placeholder
    app.checkbox(key="weights_agree").check().run()
    until_done(press(app, "weights_download"))
    assert place.exists()


def test_a_refusal_stands_where_the_weights_are(hub):
    hub.accepted = False
    app = until_done(agree_and_download(visit()))
    assert "has not accepted the terms of microsoft/BiomedParse (403)" in words(app)
    assert app.text_input(key="weights_token").value == ""


def test_a_download_that_is_stopped_goes_on_later(hub, place):
    hub.cuts = [5 * MB]
    hub.stalls = [0]
    app = agree_and_download(visit())
    desk = weights_desk()
    deadline = time.monotonic() + PATIENCE_S
    while len(hub.fetched) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    app.run()
    assert "They are being downloaded." in words(app)
    press(app, "weights_stop")
    assert app.button(key="weights_stop").disabled
    assert desk.job.wait(PATIENCE_S)
    app = until_done(app)
    assert "A download goes on from where it was" in words(app)
    until_done(agree_and_download(app))
    assert hub.fetched[-1] == f"bytes={5 * MB}-"
    assert place.read_bytes() == hub.content


def test_a_file_that_was_put_there_by_hand_is_checked_at_a_press(hub, there):
    app = visit()
    assert "never checked" in words(app)
    assert app.button(key="weights_verify").label == "Check the file"
    app = until_done(press(app, "weights_verify"))
    assert "the hash is the hub's" in words(app)
    assert app.button(key="weights_verify").label == "Check again"
    assert record_of(there).parameters > 100


def test_a_change_of_the_file_shows_at_once_and_is_refused_by_the_next_check(hub, there):
    verify(there)
    data = bytearray(there.read_bytes())
    data[len(data) // 2] ^= 1
    there.write_bytes(data)
    app = visit()
    assert "written to since it was checked" in words(app)
    app = until_done(press(app, "weights_verify"))
    assert "The file has changed since it was checked on" in words(app)


def test_without_a_hub_the_check_says_what_was_not_compared(hub, there, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    app = until_done(press(visit(), "weights_verify"))
    said = words(app)
    assert "the hash was compared with nothing" in said
    assert "HF_HUB_OFFLINE is set" in said


def test_a_visitor_of_a_server_sees_neither_paths_nor_buttons(hub, there, monkeypatch):
    for panel in ("local_model_panel", "weights_panel"):
        monkeypatch.setattr(f"components.{panel}.own_machine", lambda: False)
    app = visit()
    assert "never checked" in words(app)
    there.unlink()
    app.run()
    said = words(app)
    assert "Whoever runs this server gets them with: `python -m core weights`" in said
    assert str(there.parent) not in said
    assert {button.key for button in app.button} == {"local_try"}
    assert list(app.text_input) == []


def test_without_pytorch_the_page_says_what_to_run(hub, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    app = visit()
    said = words(app)
    assert "PyTorch is not installed." in said
    assert "Run: pip install -r requirements-local.txt" in said
    assert "About 3.4 GB is needed." in said
    assert app.button(key="local_try").disabled


@pytest.mark.parametrize(
    ("free", "total", "advice"),
    [
        (2.0, 16.0, "Close other programs before you run it."),
        (1.0, 2.0, "Use another computer or device"),
    ],
)
def test_too_little_memory_is_told_before_a_run(hub, monkeypatch, free, total, advice):
    panel = "components.local_model_panel"
    monkeypatch.setattr(f"{panel}.free_bytes", lambda _: int(free * 1e9))
    monkeypatch.setattr(f"{panel}.total_bytes", lambda _: int(total * 1e9))
    said = words(visit())
    assert f"{free} of {total} GB is free on CPU; about 3.4 GB is needed." in said
    assert advice in said
