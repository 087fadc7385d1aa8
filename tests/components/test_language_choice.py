"""Which language a session shows."""

from __future__ import annotations

import logging

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import components.language as chosen_language
from components.language.catalogue import Catalogue


def _app():
    import streamlit as st

    from components.language import choose_language, t, told

    if st.checkbox("elsewhere"):
        st.caption(told("Nobody is signed in."))
    else:
        choose_language()
        st.caption(told("Nobody is signed in."))
        st.caption(t("{count} masks", count=3))


@pytest.fixture
def browser(monkeypatch):
    """Set the language of the browser."""

    def speak(locale):
        monkeypatch.setattr(type(st.context), "locale", property(lambda _: locale))

    return speak


@pytest.fixture
def app():
    return AppTest.from_function(_app)


def _captions(app):
    assert not app.exception
    return [caption.value for caption in app.caption]


def test_a_session_is_english_when_the_browser_says_nothing(app):
    assert _captions(app.run())[0] == "Nobody is signed in."


@pytest.mark.parametrize(
    ("locale", "first"),
    [
        ("it-IT", "Nessuno ha eseguito l'accesso."),
        ("it", "Nessuno ha eseguito l'accesso."),
        ("de-DE", "Nobody is signed in."),
        ("italo", "Nobody is signed in."),
    ],
)
def test_a_session_begins_in_the_language_of_the_browser(app, browser, locale, first):
    browser(locale)
    assert _captions(app.run())[0] == first


def test_a_reader_chooses_and_changes_back(app, browser):
    browser("it-IT")
    app.run()
    app.segmented_control(key="language").set_value("en").run()
    assert _captions(app)[0] == "Nobody is signed in."
    app.segmented_control(key="language").set_value("it").run()
    assert _captions(app)[0] == "Nessuno ha eseguito l'accesso."


def test_the_choice_holds_where_it_is_not_drawn(app):
    app.run()
    app.segmented_control(key="language").set_value("it").run()
    app.checkbox[0].check().run()
    assert _captions(app) == ["Nessuno ha eseguito l'accesso."]
    app.checkbox[0].uncheck().run()
    assert _captions(app)[0] == "Nessuno ha eseguito l'accesso."


def test_a_text_of_the_interface_is_translated_and_filled(app, browser, monkeypatch):
    words = Catalogue({"{count} masks": "{count} maschere"}, {}, {}, {})
    monkeypatch.setattr(chosen_language, "catalogue", lambda _language: words)
    browser("it-IT")
    assert _captions(app.run())[1] == "3 maschere"


def test_a_text_that_is_not_in_the_catalogue_stays_english_and_is_noted_once(
    app, browser, caplog, monkeypatch
):
    monkeypatch.setattr(chosen_language, "catalogue", lambda _language: Catalogue({}, {}, {}, {}))
    chosen_language._note_missing.cache_clear()
    browser("it-IT")
    with caplog.at_level(logging.DEBUG, logger="components.language"):
        assert _captions(app.run())[1] == "3 masks"
        app.run()
    assert len([r for r in caplog.records if "{count} masks" in r.getMessage()]) == 1


def test_the_browser_gets_the_texts_of_the_viewer_in_its_language(browser, monkeypatch):
    words = Catalogue({}, {"Measure": "Misura"}, {}, {})
    monkeypatch.setattr(chosen_language, "catalogue", lambda _language: words)
    assert chosen_language.viewer_texts() == {}
    browser("it-IT")
    assert chosen_language.viewer_texts() == {"Measure": "Misura"}
