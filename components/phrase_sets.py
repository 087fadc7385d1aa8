"""Phrases found, used before, or saved under a name: two small panels beside the box."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain, show_error
from components.phrase_box import add_phrase, set_phrases, typed_phrases
from core.errors import InputError
from core.prompts import dump_sets, join_phrases, load_sets, phrase_set, search

if TYPE_CHECKING:
    from components.state import Session
    from core.prompts import PhraseSet

_HISTORY_KEY = "phrases_history"
_SETS_KEY = "phrases_sets"
_SEARCH_KEY = "phrases_search"
_NAME_KEY = "phrases_set_name"
_PROBLEM_KEY = "phrases_set_problem"
_FILE_KEY = "phrases_set_file"

_MOST_HISTORY = 8
_MOST_FOUND = 8

_SEARCH_TITLE = "Search the phrases that MedImageParse was trained with."
_SETS_TITLE = "Phrases that you have run, and sets of phrases under a name."
_SEARCH_HELP = "Part of a body part, a finding or a kind of image, in English or Italian."
_FIRST_USE = "Type a word, such as liver, brain MRI or fegato."
_NOTHING = "No trained phrase has this word. You may type it in the box all the same."
_MORE = "{count} more. Add a word to narrow it down."
_NO_HISTORY = "What you run is listed here, for this session."
_STAYS = "Sets stay in this session. Save them to a file to keep them."


def show_phrase_shelf(state: Session) -> None:
    """Show the two panels; what is picked in them goes into the box.

    Args:
        state: Of this session; its results are the history of what was run.
    """
    _remember(state)
    with st.container(horizontal=True, gap="small"):
        with st.popover(
            t("Search"), type="tertiary", icon=":material/search:", help=t(_SEARCH_TITLE)
        ):
            _show_search()
        with st.popover(
            t("Sets"), type="tertiary", icon=":material/bookmarks:", help=t(_SETS_TITLE)
        ):
            _show_history()
            _show_sets()


def _remember(state: Session) -> None:
    """Take the phrases of the newest result into the history."""
    history: list[str] = st.session_state.setdefault(_HISTORY_KEY, [])
    newest = next(reversed(state.results.values()), None)
    text = join_phrases(newest.phrases) if newest else ""
    if text and history[:1] != [text]:
        kept = [entry for entry in history if entry != text]
        st.session_state[_HISTORY_KEY] = [text, *kept][:_MOST_HISTORY]


def _show_search() -> None:
    wanted = st.text_input(
        t("Search the trained phrases"), key=_SEARCH_KEY, max_chars=60, help=t(_SEARCH_HELP)
    )
    if not wanted:
        st.caption(t(_FIRST_USE))
        return
    found = search(wanted)
    for hit in found[:_MOST_FOUND]:
        label = f"{hit.target} ({hit.other_name})" if hit.other_name else hit.target
        st.button(
            plain(label),
            key=f"phrases_found_{hit.target}",
            type="tertiary",
            icon=":material/add:",
            help=plain(", ".join(told(kind) for kind in hit.kinds)) or None,
            on_click=add_phrase,
            args=(hit.target,),
        )
    if not found:
        st.caption(t(_NOTHING))
    elif len(found) > _MOST_FOUND:
        st.caption(t(_MORE, count=len(found) - _MOST_FOUND))


def _show_history() -> None:
    st.markdown(f"**{t('Used before')}**")
    history: list[str] = st.session_state[_HISTORY_KEY]
    if not history:
        st.caption(t(_NO_HISTORY))
    for number, text in enumerate(history):
        st.button(
            plain(text),
            key=f"phrases_history_{number}",
            type="tertiary",
            icon=":material/history:",
            on_click=set_phrases,
            args=([text],),
        )


def _show_sets() -> None:
    st.markdown(f"**{t('Sets')}**")
    sets = _sets()
    for one in sets:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.button(
                plain(one.name),
                key=f"phrases_use_{one.name}",
                type="tertiary",
                icon=":material/bookmark:",
                help=plain(join_phrases(one.phrases)),
                on_click=set_phrases,
                args=(one.phrases,),
            )
            st.button(
                t("Remove"),
                key=f"phrases_drop_{one.name}",
                type="tertiary",
                on_click=_drop,
                args=(one,),
            )
    st.text_input(t("Name of the set"), key=_NAME_KEY, max_chars=60, placeholder=t("Kidneys"))
    st.button(t("Save what is in the box"), key="phrases_save", on_click=_save, width="stretch")
    if sets:
        st.download_button(
            t("Save to a file"),
            data=lambda: dump_sets(sets),
            file_name="phrase_sets.json",
            mime="application/json",
            on_click="ignore",
            key="phrases_export",
            icon=":material/download:",
            width="stretch",
        )
    st.file_uploader(t("Open a file of sets"), type="json", key=_FILE_KEY, on_change=_open)
    problem = st.session_state.pop(_PROBLEM_KEY, None)
    if problem is not None:
        show_error(problem)
    st.caption(t(_STAYS))


def _sets() -> tuple[PhraseSet, ...]:
    kept: tuple[PhraseSet, ...] = st.session_state.setdefault(_SETS_KEY, ())
    return kept


def _keep(added: tuple[PhraseSet, ...]) -> None:
    """Keep sets; one of the same name takes the place of the one before."""
    by_name = {one.name.casefold(): one for one in (*_sets(), *added)}
    st.session_state[_SETS_KEY] = tuple(by_name.values())


def _drop(one: PhraseSet) -> None:
    st.session_state[_SETS_KEY] = tuple(kept for kept in _sets() if kept != one)


def _save() -> None:
    try:
        _keep((phrase_set(st.session_state[_NAME_KEY], typed_phrases()),))
    except InputError as error:
        st.session_state[_PROBLEM_KEY] = error
    else:
        st.session_state[_NAME_KEY] = ""


def _open() -> None:
    file = st.session_state.get(_FILE_KEY)
    if file is None:
        return
    try:
        _keep(load_sets(file.getvalue()))
    except InputError as error:
        st.session_state[_PROBLEM_KEY] = error
