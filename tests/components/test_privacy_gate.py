"""Before the first picture leaves this computer: what the dialog shows is what is sent."""

from __future__ import annotations

import base64
import io
import json
import time
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import streamlit as st
from pydicom.data import get_testdata_file
from streamlit.testing.v1 import AppTest

from components.privacy_gate import Sent, needs_consent
from components.run_panel import Picture, picture_tasks
from components.state import Session
from core.backends import get_backend
from core.errors import DamagedFile
from core.imaging import Notice, open_upload
from core.outbound import outbound, region_of
from core.png import encode_png
from core.secret import Secret
from core.settings import AzureSettings, PageEntry
from tests.standin import KEY, StandIn
from tests.standin import behaviour as play

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 60
BURNED_IN = Notice("burned_in", "The picture may show a name.", "warning")


@pytest.fixture
def shown(monkeypatch):
    """The pictures that the page has shown, as bytes."""
    pictures = []
    real = st.delta_generator.DeltaGenerator.image

    def image(self, picture, *args, **kwargs):
        pictures.append(picture)
        return real(self, picture, *args, **kwargs)

    monkeypatch.setattr(st.delta_generator.DeltaGenerator, "image", image)
    return pictures


@pytest.fixture
def endpoint():
    with StandIn() as running:
        yield running


@pytest.fixture
def page(monkeypatch, shown):
    """The page, with no endpoint set anywhere; ``AppTest`` cannot press what is in its dialog."""
    for name in ("MIP_ENDPOINT", "MIP_API_KEY", "MIP_DEPLOY_NAME", "MIP_MODEL_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE_S).run()


def open_file(page, endpoint, name, data):
    """Open a file, and name an endpoint as the page Connection does."""
    page.file_uploader(key="uploader").set_value([(name, data, "application/octet-stream")])
    page.run()
    state(page).entry = PageEntry(endpoint.url, Secret(KEY))
    page.segmented_control(key="engine").set_value("azure").run()
    page.text_input(key="phrases_text").set_value("liver & tumor").run()


def ask_until_there_are_results():
    """A page that is nothing but the question; it stays open over reruns, as in the browser."""
    import streamlit as st

    from components.run_panel import collect, run_when_agreed
    from components.state import session

    state = session()
    collect(state)
    if state.job is None and not state.results and not state.failures:
        sent, tasks, workers = st.session_state["plan"]
        run_when_agreed(state, sent, tasks, workers=workers)


@pytest.fixture
def question(endpoint, shown):
    """Ask about some pictures: ``question(frame, frame, notices=...)``."""
    backends = []

    def ask(*frames, notices=(), start=0):
        backend = get_backend("azure", AzureSettings(endpoint.url, Secret(KEY)))
        backends.append(backend)
        phrases = ("liver", "tumor")
        openers = tuple(lambda frame=frame: frame for frame in frames)
        tasks = picture_tasks(
            [Picture(f"{n}", opener) for n, opener in enumerate(openers)], phrases, backend
        )
        app = AppTest.from_function(ask_until_there_are_results, default_timeout=PATIENCE_S)
        host = f"127.0.0.1:{endpoint.port}"
        app.session_state["plan"] = (
            Sent(host, openers, phrases, notices, start),
            tasks,
            backend.workers,
        )
        return app.run()

    yield ask
    for backend in backends:
        backend.close()


def state(app):
    return app.session_state["workbench"]


def frame(seed):
    values = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    return open_upload(encode_png(values), "Invented^Name.png").frame()


def press(app, label):
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception


def send(app, *, remember=False):
    if remember:
        next(box for box in app.checkbox if box.label.startswith("Remember")).check().run()
    press(app, "Send")
    wait_for_the_end(app)


def wait_for_the_end(app):
    deadline = time.monotonic() + PATIENCE_S
    while state(app).job is not None:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        app.run()
    assert not app.exception


def words(app):
    elements = [*app.markdown, *app.caption, *app.error, *app.warning, *app.info]
    return "\n".join(str(element.value) for element in elements).replace("\\", "")


def asks(app):
    return any(button.label == "Send" for button in app.button)


def rows(request):
    return json.loads(request.body)["input_data"]["data"]


def test_the_picture_the_phrases_and_the_size_that_are_shown_are_those_that_are_sent(
    question, endpoint, shown
):
    app = question(frame(1))
    assert endpoint.received == ()
    said, (seen,) = words(app), shown
    send(app)
    (request,) = endpoint.received
    assert rows(request) == [[base64.b64encode(seen).decode(), "liver & tumor"]]
    assert "**Phrases** liver & tumor" in said
    assert f"**Size** {len(request.body):,} bytes" in said
    assert f"**To** 127.0.0.1:{endpoint.port}" in said
    assert "**Region** not known" in said
    assert "**Not sent** the file and its name" in said
    assert "Text inside a picture" in said
    assert b"Invented" not in request.body
    assert len(state(app).results) == 1


def test_every_picture_of_a_run_can_be_looked_at_before_it_is_sent(question, endpoint, shown):
    app = question(*[frame(n) for n in range(3)])
    assert "2 more made the same way" in words(app)
    for number in (2, 3):
        app.number_input(key="sent_number").set_value(number).run()
    assert endpoint.received == ()
    seen = {base64.b64encode(one).decode() for one in shown}
    send(app)
    sent = [row[0] for request in endpoint.received for row in rows(request)]
    assert len(sent) == 3
    assert set(sent) == seen
    assert len(state(app).results) == 3


def test_only_the_picture_that_is_looked_at_is_decoded():
    decoded = []

    def opener(number):
        def decode():
            decoded.append(number)
            return frame(number)

        return decode

    sent = Sent("host", tuple(opener(n) for n in range(50)), ("liver",), start=20)
    app = AppTest.from_function(ask_until_there_are_results, default_timeout=PATIENCE_S)
    app.session_state["plan"] = (sent, [], 1)
    app.run()
    app.number_input(key="sent_number").set_value(7).run()
    assert decoded == [20, 6]


def test_a_picture_that_cannot_be_opened_is_said_and_can_be_passed_over():
    def damaged():
        raise DamagedFile("Slice 1 cannot be read.", "Leave it out.")

    sent = Sent("host", (damaged, lambda: frame(1)), ("liver",))
    app = AppTest.from_function(ask_until_there_are_results, default_timeout=PATIENCE_S)
    app.session_state["plan"] = (sent, [], 1)
    app.run()
    assert "Slice 1 cannot be read" in words(app)
    app.number_input(key="sent_number").set_value(2).run()
    assert "**Size**" in words(app)


def test_what_is_sent_is_told_in_italian(question, endpoint):
    app = question(frame(1), frame(2))
    app.session_state["language"] = "it"
    app.run()
    assert not app.exception
    shown = words(app)
    assert "**Regione** non nota dall'indirizzo" in shown
    assert "**E** un'altra ottenuta allo stesso modo" in shown
    assert "**Non inviati** il file e il suo nome" in shown
    assert [button.label for button in app.button] == ["Invia"]
    assert app.number_input(key="sent_number").label == "Immagine, da 1 a 2"
    assert endpoint.received == ()


def test_a_host_is_remembered_only_when_the_user_says_so(question, endpoint):
    app = question(frame(1))
    send(app)
    assert state(app).confirmed_hosts == frozenset()
    other = question(frame(1))
    send(other, remember=True)
    assert state(other).confirmed_hosts == {f"127.0.0.1:{endpoint.port}"}


def test_pictures_that_may_show_a_name_are_sent_only_after_the_user_has_looked(question, endpoint):
    app = question(frame(1), notices=(BURNED_IN,))
    (button,) = [one for one in app.button if one.label == "Send"]
    assert button.disabled
    next(box for box in app.checkbox if "no name or number" in box.label).check().run()
    send(app)
    assert len(endpoint.received) == 1


@pytest.mark.parametrize(
    ("confirmed", "host", "notices", "asked"),
    [
        ((), "mip.example.org", (), True),
        (("mip.example.org",), "mip.example.org", (), False),
        (("mip.example.org",), "other.example.org", (), True),
        (("mip.example.org",), "mip.example.org:8443", (), True),
        (("mip.example.org",), "mip.example.org", (BURNED_IN,), True),
        ((), "", (BURNED_IN,), False),
    ],
)
def test_the_user_is_asked_about_every_host_once_and_about_names_every_time(
    confirmed, host, notices, asked
):
    session = Session(confirmed_hosts=frozenset(confirmed))
    assert needs_consent(session, Sent(host, (), ("liver",), notices)) == asked


def test_one_picture_that_the_model_cannot_take_does_not_cost_the_others(question, endpoint):
    endpoint.script(play.NO_INPUT_DATA)
    app = question(*[frame(n) for n in range(4)])
    send(app)
    assert len(state(app).results) == 4
    assert sorted(len(rows(request)) for request in endpoint.received) == [1, 1, 2, 2]
    assert state(app).failures == ()


def test_on_the_page_nothing_is_sent_before_the_user_has_agreed(page, endpoint, shown):
    dataset = pydicom.dcmread(get_testdata_file("CT_small.dcm", download=False))
    dataset.BurnedInAnnotation = "YES"
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    open_file(page, endpoint, "Invented^Name.dcm", buffer.getvalue())
    state(page).confirmed_hosts = frozenset({f"127.0.0.1:{endpoint.port}"})
    shown.clear()
    press(page, "Run")
    assert asks(page)
    assert len(shown) == 1
    assert [button.disabled for button in page.button if button.label == "Send"] == [True]
    assert endpoint.received == ()


def volume(depth):
    values = np.full((24, 20, depth), 20, np.uint8) + np.arange(depth, dtype=np.uint8)
    return nibabel.Nifti1Image(values, np.eye(4)).to_bytes()


def test_the_slices_of_a_volume_can_be_looked_through_beginning_with_the_one_on_show(
    page, endpoint
):
    open_file(page, endpoint, "head.nii", volume(40))
    assert "About 112 MB come back" in words(page)
    press(page, "Run on slices 1 to 40")
    assert page.number_input(key="sent_number").value == 20
    assert "39 more made the same way" in words(page)
    assert words(page).count("at least 22 s") == 2
    assert endpoint.received == ()


def test_slices_share_requests_and_are_not_sent_twice(page, endpoint):
    open_file(page, endpoint, "head.nii", volume(6))
    state(page).confirmed_hosts = frozenset({f"127.0.0.1:{endpoint.port}"})
    for _ in range(2):
        press(page, "Run on slices 1 to 6")
        wait_for_the_end(page)
    assert [len(rows(request)) for request in endpoint.received] == [3, 3]
    (stack,) = state(page).stacks.values()
    assert sorted(stack) == list(range(6))
    assert "All of these slices have masks" in words(page)


def test_what_is_shown_does_not_depend_on_the_file_but_on_its_pixels(grey_frame):
    one = outbound(grey_frame, "liver&  tumor")
    assert one.phrases == ("liver", "tumor")
    assert one.picture == outbound(grey_frame, ["liver", "tumor"]).picture


@pytest.mark.parametrize(
    ("host", "region"),
    [
        ("mip.eastus2.inference.ml.azure.com", "eastus2"),
        ("MIP.WestEurope.inference.ml.azure.com:443", "westeurope"),
        ("mip.inference.ml.azure.com", ""),
        ("a.b.c.inference.ml.azure.com", ""),
        ("mip.eastus2.inference.ml.azure.com.example.org", ""),
        ("127.0.0.1:5001", ""),
    ],
)
def test_the_region_is_read_from_an_address_of_azure_only(host, region):
    assert region_of(host) == region
