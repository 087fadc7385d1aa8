"""The way to the local model in four steps, each with its state."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.local_engine import local_settings
from components.notices import plain
from components.own_machine import own_machine
from components.weights_desk import weights_desk
from components.weights_panel import show_verify, show_ways_to_get, show_work
from core.backends.local.device import place
from core.backends.local.memory import PASS_BYTES, free_bytes, total_bytes
from core.errors import LocalModelMissing, WorkbenchError
from core.weights import find, place_of, record_of
from core.weights.official import VALUES

if TYPE_CHECKING:
    from pathlib import Path

    from core.backends.local.device import Placement
    from core.settings import LocalSettings

_NEEDED = VALUES * 4 + PASS_BYTES
"""Bytes of memory for the weights and one picture."""

# Colour and icon: each tells the state without the other.
_ICONS = {
    "ok": ":green[:material/check_circle:]",
    "failed": ":red[:material/cancel:]",
    "warning": ":orange[:material/warning:]",
    "open": ":gray[:material/radio_button_unchecked:]",
}
_COMPARED = {
    "hub": "{size:.2f} GB, checked on {date}: the hash is the hub's.",
    "given": "{size:.2f} GB, checked on {date}: the hash is the one that was given.",
    "nothing": "{size:.2f} GB, checked on {date}; the hash was compared with nothing.",
}


def show_local_model() -> None:
    """Show the four steps.

    Raises:
        SettingsError: A setting makes no sense.
    """
    settings = local_settings()
    placement = _show_torch(settings)
    there = _show_weights(settings)
    _show_memory(placement)
    _show_trial(ready=placement is not None and there)


def _show_torch(settings: LocalSettings) -> Placement | None:
    """Whether PyTorch is there, and on what it runs."""
    with st.container(border=True, gap="xsmall"):
        try:
            with st.spinner(t("Looking for PyTorch")):
                placement = place(settings)
        except WorkbenchError as error:
            _show_state("failed", t("1. PyTorch and device"), plain(told(error.what)))
            _show_next(plain(told(error.next_step)))
            return None
        words = t(
            "Version {version}; runs on {device} with {precision}.",
            version=version("torch"),
            device=placement.title,
            precision=placement.precision,
        )
        _show_state("ok", t("1. PyTorch and device"), words)
        return placement


def _show_weights(settings: LocalSettings) -> bool:
    """The weights, and what can be done about them; True when they can be used."""
    desk = weights_desk()
    desk.collect()
    at_work = desk.job is not None
    with st.container(border=True, gap="xsmall"):
        title = t("2. Weights")
        try:
            file = find(settings)
        except LocalModelMissing as error:
            words = t("They are being downloaded.") if at_work else plain(told(error.what))
            _show_state("open", title, words)
            show_work()
            if not at_work:
                show_ways_to_get(place_of(settings))
            return False
        except WorkbenchError as error:
            _show_state("failed", title, plain(told(error.what)))
            _show_next(plain(told(error.next_step)))
            show_work()
            return False
        checked = _show_file(file, title)
        show_work()
        if own_machine() and not at_work:
            show_verify(file, again=checked)
        return not at_work


def _show_file(file: Path, title: str) -> bool:
    """What is known of the file; True when it was checked and not written to since."""
    record, size = record_of(file), file.stat().st_size / 1e9
    checked = record is not None and record.is_of(file)
    if record is None:
        _show_state("warning", title, t("{size:.2f} GB, never checked.", size=size))
    elif not checked:
        words = t("{size:.2f} GB, written to since it was checked.", size=size)
        _show_state("warning", title, words)
    else:
        date = f"{record.checked_at:%Y-%m-%d}"
        _show_state("ok", title, t(_COMPARED[record.source], size=size, date=date))
        st.caption(t("SHA-256 of the file: {hash}", hash=record.sha256))
    if own_machine():
        st.caption(t("Kept as {path}", path=plain(str(file))))
    return checked


def _show_memory(placement: Placement | None) -> None:
    """Whether the device has room for the weights and a picture."""
    with st.container(border=True, gap="xsmall"):
        title = t("3. Memory")
        free = free_bytes(placement) if placement else None
        total = total_bytes(placement) if placement else None
        if placement is None or free is None or total is None:
            words = t("About {needed:.1f} GB is needed.", needed=_NEEDED / 1e9)
            _show_state("open", title, words)
            return
        words = t(
            "{free:.1f} of {total:.1f} GB is free on {device}; about {needed:.1f} GB is needed.",
            free=free / 1e9,
            total=total / 1e9,
            device=placement.title,
            needed=_NEEDED / 1e9,
        )
        if free >= _NEEDED:
            _show_state("ok", title, words)
        elif total >= _NEEDED:
            _show_state("warning", title, words)
            _show_next(t("Close other programs before you run it."))
        else:
            _show_state("failed", title, words)
            _show_next(t("Use another computer or device; it may end in the middle of a run here."))


def _show_trial(*, ready: bool) -> None:
    with st.container(border=True, gap="xsmall"):
        words = (
            t("The first run loads the weights and takes longer.")
            if ready
            else t("When the steps above are done.")
        )
        _show_state("open", t("4. Try it"), words)
        pressed = st.button(
            t("Segment with the local model"),
            key="local_try",
            type="primary" if ready else "secondary",
            icon=":material/center_focus_strong:",
            disabled=not ready,
        )
    if pressed:
        st.session_state["engine"] = "local"
        st.switch_page("pages/segment.py")


def _show_state(state: str, title: str, words: str) -> None:
    """One line.

    Args:
        state: A key of the icons.
        title: Of the step.
        words: In Markdown.
    """
    st.markdown(f"{_ICONS[state]} **{title}** &nbsp; {words}")


def _show_next(words: str) -> None:
    st.markdown(f":material/subdirectory_arrow_right: {words}")
