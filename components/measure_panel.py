"""Measurements below the viewer: table, rule for overlaps, histogram, objects, volume, CSV."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t
from components.measure_desk import (
    levels_of,
    may_switch,
    objects_of,
    report_of,
    switch_rule,
    volume_of,
)
from components.measure_tables import (
    show_measures,
    show_sizes,
    show_values,
    show_volumes,
    value_unit,
)
from components.notices import plain
from core.analysis.instances import LEAST_PX
from core.analysis.measure_region import BODY, LIT, STAINED
from core.analysis.measure_values import histogram, single_values
from core.export.names import neutral_stem
from core.export.table import measures_csv, objects_csv, spacing_source, volume_csv

if TYPE_CHECKING:
    from collections.abc import Callable

    from components.measure_desk import VolumeFound
    from components.state import LoadedImage, Session
    from core.analysis.instances import Instances
    from core.analysis.measure import MeasureReport
    from core.imaging import Frame
    from core.segmentation import Segmentation

_RULE = "Overlaps"
_RULES = {
    "independent": "Each phrase keeps its pixels",
    "highest": "One label a pixel, by the highest probability",
}
_RULE_HELP = (
    "Where masks overlap, each phrase can keep the pixel, or it goes to the phrase with the "
    "highest probability among those that reach their threshold. The rule holds for this table, "
    "for figures and for files that are written here."
)
_RULE_SENT = "As sent from the viewer. Overlaps: {rule}."
_THRESHOLDS = (
    "Thresholds: {listed}. To measure at others, move them in the viewer and press Measure there."
)
_SHARED = "{area:,} pixels ({share:.1f} % of the image) belong to several phrases: {phrases}."
_NO_SPACING = (
    "The file does not say how large a pixel is: lengths are in pixels, and there are no "
    "millimetres."
)
_AT_DETECTOR = "Millimetres are those at the detector; in the body it is less."
_BODY_WORDS = {
    BODY: "Body is the largest part above -500 HU, with all that it encloses.",
    LIT: "All not black is the largest part that is not black, with all that it encloses.",
    STAINED: "Tissue is all that is neither black nor white.",
}
_DIAMETER = (
    "Diameters are those of the largest piece; across is the longest line at a right angle to the "
    "largest diameter."
)
_EVERY = "All figures"
_EVERY_HELP = "Adds perimeter, position, box and percentiles to the table."
_CSV = "Table as CSV"
_CSV_HELP = "One row a phrase, with thresholds, rule, engine and the hash of the image."
_PHRASE = "Phrase"
_NOTHING_INSIDE = "The mask of this phrase is empty at this threshold."
_VALUES = "Values inside"
_COUNT = "Count separate objects"
_COUNT_HELP = (
    "For cells, nuclei and other objects that touch: the mask is divided where its necks are "
    "narrow. The model does not tell objects apart itself."
)
_LEAST = "Smallest object (px)"
_LEAST_HELP = "Smaller objects are not counted."
_COUNTING = "Counting"
_OBJECTS = "Objects"
_OBJECTS_AT_BORDER = "{count} touch the border of the picture and may be cut off."
_OBJECTS_LEFT_OUT = "{count} smaller than {least} px are left out."
_OBJECTS_CSV = "Objects as CSV"
_VOLUME = "Over the slices"
_VOLUME_AT = "The same thresholds and rule hold for all slices."
_VOLUME_LABELS = "From the labels that the model sent for the whole volume."
_VOLUME_GAPS = "{phrases}: slices are left out in between. Their part of the volume is not counted."
_VOLUME_CUT = (
    "{phrases}: the mask reaches an end of the slices that were run, so there may be more of it."
)
_VOLUME_NO_SPACING = "The file does not say how large a voxel is, so there are no millilitres."
_VOLUME_CSV = "Volume as CSV"
_MEASURING = "Measuring the slices"


def show_measure_panel(
    state: Session, image: LoadedImage, frame: Frame, result: Segmentation
) -> None:
    """Measure what is on show; draw it only while it is open.

    Args:
        state: Of this session.
        image: The image on show.
        frame: The frame on show.
        result: What is on show with it, with at least one phrase.
    """
    if len(result.masks) > 1:
        _show_rule(state, frame)
    report = report_of(image, result, levels_of(state, frame))
    _show_table(report)
    number = _choose_phrase(report)
    colour = state.colours[result.phrases[number].casefold()]
    left, right = st.columns(2, gap="medium")
    with left:
        _show_histogram(report, number, colour)
    with right:
        _show_objects(image, report, number, colour)
    with st.spinner(t(_MEASURING), show_time=True):
        volume = volume_of(state, image, frame, report.levels)
    if volume is not None:
        _show_volume(volume, frame)


def _show_rule(state: Session, frame: Frame) -> None:
    """The rule for overlaps, to be set here unless the viewer has sent its own."""
    levels = levels_of(state, frame)
    if not may_switch(state, frame):
        st.caption(t(_RULE_SENT, rule=t(_RULES[levels.rule]).lower()))
        return
    key = f"measure_rule_{frame.sha256[:16]}"

    def keep() -> None:
        switch_rule(state, frame, st.session_state[key])

    rules = {rule: t(_RULES[rule]) for rule in _RULES}
    st.segmented_control(
        t(_RULE),
        list(rules),
        default=levels.rule,
        required=True,
        format_func=rules.__getitem__,
        key=key,
        on_change=keep,
        help=t(_RULE_HELP),
    )


def _show_table(report: MeasureReport) -> None:
    every = st.session_state.get("measure_every", False)
    show_measures(report, every=every)
    with st.container(horizontal=True, gap="medium", vertical_alignment="center"):
        st.toggle(t(_EVERY), key="measure_every", help=t(_EVERY_HELP))
        stem = neutral_stem(report.segmentation.frame)
        make = partial(measures_csv, report)
        _download(t(_CSV), f"{stem}_measurements.csv", make, t(_CSV_HELP))
    listed = ", ".join(f"{row.phrase} {row.threshold}" for row in report.rows)
    words = [t(_THRESHOLDS, listed=listed), t(_DIAMETER)]
    if overlap := report.overlaps.area_px:
        share = 100.0 * overlap / report.overlaps.claims.size
        among = ", ".join(report.overlaps.phrases)
        words.insert(0, t(_SHARED, area=overlap, share=share, phrases=among))
    if report.region:
        words.append(t(_BODY_WORDS[report.region.name]))
    source = spacing_source(report.segmentation.frame)
    if source != "file":
        words.append(t(_NO_SPACING if source == "not known" else _AT_DETECTOR))
    st.caption(plain(" ".join(words)))


def _choose_phrase(report: MeasureReport) -> int:
    """Which phrase the histogram and the count are of; its place, from 0."""
    phrases = report.segmentation.phrases
    if len(phrases) == 1:
        return 0
    # A new key where the phrases are others, so that none is kept that is not on offer.
    key = f"measure_phrase_{'&'.join(phrases)}"
    return st.selectbox(t(_PHRASE), range(len(phrases)), format_func=phrases.__getitem__, key=key)


def _show_histogram(report: MeasureReport, number: int, colour: str) -> None:
    st.markdown(f"**{t(_VALUES)}**")
    mask = report.overlaps.masks[number]
    found = histogram(single_values(report.segmentation.frame)[mask])
    if found is None:
        st.caption(t(_NOTHING_INSIDE))
        return
    show_values(found, value_unit(report), colour)


def _show_objects(image: LoadedImage, report: MeasureReport, number: int, colour: str) -> None:
    if not st.toggle(t(_COUNT), key="measure_count", help=t(_COUNT_HELP)):
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        least = st.number_input(
            t(_LEAST), 1, value=LEAST_PX, key="measure_least", width=180, help=t(_LEAST_HELP)
        )
        with st.spinner(t(_COUNTING)):
            found = objects_of(image, report, number, int(least))
        st.metric(t(_OBJECTS), found.count)
    words = []
    if at_border := int(found.at_border.sum()):
        words.append(t(_OBJECTS_AT_BORDER, count=at_border))
    if found.left_out:
        words.append(t(_OBJECTS_LEFT_OUT, count=found.left_out, least=found.least_px))
    st.caption(" ".join(words))
    _show_sizes(report, number, found, colour)


def _show_sizes(report: MeasureReport, number: int, found: Instances, colour: str) -> None:
    segmentation = report.segmentation
    frame = segmentation.frame
    sizes = histogram(found.areas_px)
    if sizes is None:
        return
    show_sizes(sizes, frame.spacing_mm.pixel_area_mm2 if frame.spacing_mm else None, colour)
    phrase = segmentation.phrases[number]
    make = partial(objects_csv, found, segmentation, phrase, report.levels)
    _download(t(_OBJECTS_CSV), f"{neutral_stem(frame)}_objects.csv", make)


def _show_volume(volume: VolumeFound, frame: Frame) -> None:
    st.markdown(f"**{t(_VOLUME)}**")
    show_volumes(volume.rows)
    gaps = ", ".join(row.phrase for row in volume.rows if row.slices_missing)
    cut = ", ".join(row.phrase for row in volume.rows if row.cut_off)
    if gaps:
        st.warning(plain(t(_VOLUME_GAPS, phrases=gaps)), icon=":material/warning:")
    if cut:
        st.warning(plain(t(_VOLUME_CUT, phrases=cut)), icon=":material/warning:")
    words = [t(_VOLUME_AT if volume.levels else _VOLUME_LABELS)]
    if volume.rows[0].volume_ml is None:
        words.append(t(_VOLUME_NO_SPACING))
    st.caption(plain(" ".join(words)))
    make = partial(
        volume_csv, volume.rows, engine=volume.engine, axis=frame.axis, levels=volume.levels
    )
    _download(t(_VOLUME_CSV), f"{neutral_stem(frame)}_volume.csv", make)


def _download(label: str, name: str, make: Callable[[], bytes], words: str | None = None) -> None:
    """A button that writes the file when it is pressed, without running the page again."""
    st.download_button(
        label,
        data=make,
        file_name=name,
        mime="text/csv",
        on_click="ignore",
        key=f"measure_{name.rsplit('_', 1)[-1]}",
        icon=":material/download:",
        help=words,
    )
