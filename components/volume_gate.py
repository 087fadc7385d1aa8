"""Before a volume leaves this computer: what is sent, where, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain, show_notices
from core.backends.azure_volume import LARGEST_BODY
from core.backends.bandwidth import BYTES_A_SECOND
from core.imaging.budget import MEGA
from core.outbound import region_of
from core.png import encode_png
from core.prompts import join_phrases
from core.volume_input import VOLUME_PERCENTILES, to_scale

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.imaging import Notice
    from core.volume_input import VolumeInput

_SLOW_S = 5.0
_CAUTION = (
    "A volume of the head shows the face. Text inside a slice, such as a name, is sent with it."
)
_SLOW = "Azure passes 5 MB a second to an endpoint: at least {seconds:.0f} s."
_LARGE = "The model's server takes requests up to {limit:.0f} MB; this one may be refused."


def ask_volume_consent(item: VolumeInput, host: str, start: Callable[[], None]) -> None:
    """Show exactly what is sent; ``start`` is called when the user agrees.

    It is asked for every volume: one holds far more of a person than a picture does.

    Args:
        item: The volume, prepared.
        host: Where it goes.
        start: Begins the run.
    """
    # Not as a decorator: the language of the title is that of the session that opens it.
    st.dialog(t("This volume will be sent"), width="large")(_ask)(item, host, start)


def _ask(item: VolumeInput, host: str, start: Callable[[], None]) -> None:
    columns = st.columns(len(item.planes), gap="small")
    for column, (name, plane) in zip(columns, item.planes.items(), strict=True):
        picture = encode_png(to_scale(plane, item.grid.view(name).spacing_mm))
        alt = t("The middle {name} slice that is sent", name=told(name))
        column.image(picture, width="stretch", alt=alt)
        column.caption(t("Middle {name} slice", name=told(name)))
    _show_facts(item, host)
    show_notices(notice for notice in item.notices if _matters(notice, item))
    agreed = True
    if any(notice.code == "burned_in" for notice in item.notices):
        agreed = st.checkbox(t("I have looked: no name or number is written in the slices"))
    st.caption(t(_CAUTION))
    if st.button(t("Send"), type="primary", disabled=not agreed, key="send_volume"):
        start()
        st.rerun()


def _matters(notice: Notice, item: VolumeInput) -> bool:
    """Warnings, and that a CT window would suit better than percentiles."""
    window = item.choice.window
    by_percentiles = window is not None and window.name == VOLUME_PERCENTILES
    return notice.level == "warning" or (notice.code == "looks_like_hu" and by_percentiles)


def _show_facts(item: VolumeInput, host: str) -> None:
    size = len(item.request.body)
    sides = " × ".join(map(str, item.request.shape))
    values = t("the file's own values") if item.choice.native else t("8-bit grey levels")
    left, right = st.columns(2, gap="medium")
    left.markdown(t("**To** {host}", host=plain(host)))
    region = region_of(host) or t("not known from the address")
    left.markdown(t("**Region** {region}", region=region))
    phrases = plain(join_phrases(item.request.phrases))
    left.markdown(t("**Phrases** {phrases}", phrases=phrases))
    right.markdown(
        t(
            "**Size** {size:,} bytes: {sides} voxels, {values}",
            size=size,
            sides=sides,
            values=values,
        )
    )
    steps = plain(", ".join(told(step) for step in item.steps))
    right.markdown(t("**Made by** {steps}", steps=steps))
    right.markdown(t("**Not sent** the file and its name, names, dates, any header"))
    seconds = size / BYTES_A_SECOND
    if seconds > _SLOW_S:
        st.caption(t(_SLOW, seconds=seconds))
    if size > LARGEST_BODY:
        st.warning(t(_LARGE, limit=LARGEST_BODY / MEGA), icon=":material/warning:")
