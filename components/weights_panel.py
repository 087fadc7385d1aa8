"""The weights on the page: getting them, checking them, and how far that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain, show_error
from components.own_machine import own_machine
from components.weights_desk import weights_desk
from core.errors import LocalModelMissing
from core.secret import Secret
from core.weights import Hub
from core.weights.hub import has_token
from core.weights.official import FILE_NAME, LICENCE, PAGE, REPOSITORY, SIZE_BYTES, TOKENS_PAGE

if TYPE_CHECKING:
    from pathlib import Path

    from components.weights_desk import WeightsDesk

_POLL_S = 0.5
_TOKEN = "weights_token"  # noqa: S105 - the name of a field
_STAGES = {
    "download": "Downloading: {done:.2f} of {total:.2f} GB",
    "hash": "Computing the hash: {done:.2f} of {total:.2f} GB",
}


def show_work() -> None:
    """Show what is at work on the weights, or what came of it."""
    desk = weights_desk()
    if desk.job is not None:
        _show_progress(desk)
        return
    if desk.error is not None:
        show_error(desk.error)
    if desk.stopped:
        st.info(t("Stopped. A download goes on from where it was."), icon=":material/pause:")
    for remark in desk.remarks:
        st.caption(f":material/info: {plain(told(remark))}")


@st.fragment(run_every=_POLL_S)
def _show_progress(desk: WeightsDesk) -> None:
    """How far it is; reruns the page when it has ended."""
    desk.collect()
    stage = desk.stage
    if desk.job is None:
        st.rerun()
    if desk.stopping:
        st.progress(0.0, text=t("Stopping; with a slow connection that takes a moment"))
    elif stage is None:
        st.progress(0.0, text=t("Asking the hub"))
    elif stage.name == "parameters":
        st.progress(1.0, text=t("Looking at every parameter"))
    else:
        text = t(_STAGES[stage.name], done=stage.done / 1e9, total=stage.total / 1e9)
        st.progress(min(stage.done / max(stage.total, 1), 1.0), text=text)
    st.button(
        t("Stop"),
        key="weights_stop",
        icon=":material/close:",
        disabled=desk.stopping,
        on_click=desk.stop,
    )


def show_verify(file: Path, *, again: bool) -> None:
    """The button that checks the file, for whoever sits at this machine."""
    pressed = st.button(
        t("Check again") if again else t("Check the file"),
        key="weights_verify",
        icon=":material/fact_check:",
        help=t(
            "Reads the whole file: its hash, compared with the model hub's where that answers, and "
            "every parameter. It takes up to a minute, and up to 3 GB of memory."
        ),
    )
    if pressed:
        weights_desk().begin_verify(file)
        st.rerun()


def show_ways_to_get(place: Path) -> None:
    """How to get the weights: here, or by hand."""
    st.markdown(
        t(
            "One file of {size:.2f} GB on the model hub. First sign in at [{name}]({page}) and "
            "accept the terms: they ask for your contact details. The model is for research and "
            "development only; its licence was {licence} when it was last looked at, and what "
            "that page says counts.",
            size=SIZE_BYTES / 1e9,
            name=REPOSITORY,
            page=PAGE,
            licence=LICENCE,
        )
    )
    if not own_machine():
        st.caption(t("Whoever runs this server gets them with: `python -m core weights`"))
        return
    here, by_hand = st.columns(2, gap="large")
    with here:
        st.markdown(t("**Download it here**"))
        _show_download(place)
    with by_hand:
        st.markdown(t("**Or in a browser**, then in the folder of this program:"))
        st.code(f"python -m core weights --import {FILE_NAME}", language=None, wrap_lines=True)
        st.caption(
            t("The file is checked and copied to {folder}.", folder=plain(str(place.parent)))
        )


def _show_download(place: Path) -> None:
    try:
        signed_in = has_token(Hub())
    except LocalModelMissing as error:
        show_error(error)
        return
    token = st.text_input(
        t("Token of the hub"),
        type="password",
        key=_TOKEN,
        autocomplete="off",
        placeholder=t("This computer is signed in. Type one to use another.")
        if signed_in
        else t("It begins with hf_"),
        help=t(
            "Make one that may read, on {page}. It is used for this download only; never kept, "
            "shown or logged.",
            page=TOKENS_PAGE,
        ),
    )
    agreed = st.checkbox(
        t(
            "I have accepted the terms on the hub's page, and want {size:.2f} GB downloaded.",
            size=SIZE_BYTES / 1e9,
        ),
        key="weights_agree",
    )
    st.button(
        t("Download"),
        key="weights_download",
        icon=":material/download:",
        disabled=not agreed or not (token or signed_in),
        on_click=_begin_download,
        args=(place,),
    )


def _begin_download(place: Path) -> None:
    """The field is emptied at once: the token goes to the download and stays nowhere else."""
    token = st.session_state[_TOKEN].strip()
    st.session_state[_TOKEN] = ""
    weights_desk().begin_download(place, Secret(token) if token else None)
