"""What came of a project, to be taken to other programs."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import plain
from core.errors import WorkbenchError
from core.export.names import slug
from core.export.review_set import chosen_items, export_review
from core.export.set_options import MOST_DATASET_ID, SET_FORMATS, SetOptions
from core.export.tree import zip_into
from core.imaging import budget_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from core.export.finals import FinalItem, Scope
    from core.export.set_options import SetFormat
    from core.imaging import Budget
    from core.review.desk import Desk
    from core.review.results import Case
    from core.review.values import Project

_HOW = (
    "Only masks that were accepted, as they are or with changes, are in an export. What was "
    "rejected, flagged or not present is listed in its manifest, with what was left out and why."
)
_FORMATS: dict[SetFormat, str] = {
    "masks": "Masks as PNG",
    "table": "Decisions as a table (CSV)",
    "biomedparse": "Training set for BiomedParse",
    "nnunet": "Training set for nnU-Net v2",
    "coco": "COCO data set",
    "dicom-seg": "DICOM segmentations",
}
_ABOUT: dict[SetFormat, str] = {
    "masks": "Images and masks (0 and 255) at full size, with the table of decisions.",
    "table": "One row for each label and reader, with times and changes.",
    "biomedparse": (
        "Images and masks of 1024 × 1024 pixels as the model sees them, in a training and a test "
        "part. What comes from one file stays in one part."
    ),
    "nnunet": (
        "One label a pixel: where masks overlap, the smaller one keeps the pixel. Images on which "
        "a label is rejected, flagged, open or was not asked for are left out."
    ),
    "coco": "Images, and masks as run lengths with box and area.",
    "dicom-seg": (
        "One object for each image of a DICOM file, with the name and number of its patient, as "
        "the standard wants it."
    ),
}
_SCOPES: dict[Scope, str] = {
    "settled": "Outcomes, and readings of items that one person read",
    "outcomes": "Outcomes only",
}
_NAMES_HELP = (
    "Without it, images are called by their hash and readers by numbers, and comments stay out. "
    "Names of files often hold those of patients."
)
_LABELS_HELP = "All labels when none is chosen."
_NUMBER_HELP = "One that no other data set of yours has; 1 to 10 are those of the Decathlon."
_SHARE_HELP = "Which files are in it is drawn by a hash; another draw gives another part."
_AS_SHOWN = "as the image shows"
_WITH_DATASET: tuple[SetFormat, ...] = ("biomedparse", "nnunet")
_NO_DICOM = "No image that was read comes from a DICOM file, which this format needs."
_IN_MEMORY = 64 * 2**20


def show_results(desk: Desk, project: Project) -> None:
    """Let an owner or adjudicator choose a format and download the results, made at the click.

    Args:
        desk: Of an owner or adjudicator.
        project: Of the desk.

    Raises:
        AccessRefused: The reader is neither any more.
        SettingsError: A limit in the environment makes no sense.
        StoreUnreachable: The store does not answer.
    """
    st.caption(t(_HOW))
    cases = desk.cases()
    options = _choose(project, cases)
    try:
        items = chosen_items(cases, options)
    except WorkbenchError as error:
        # Nothing is wrong: a project that has just begun has no results.
        st.info(plain(f"{told(error.what)} {told(error.next_step)}"), icon=":material/info:")
        return
    # Of all files, only DICOM says what modality it is.
    if options.format == "dicom-seg" and not any(final.item.modality for final in items):
        st.info(t(_NO_DICOM), icon=":material/info:")
        return
    _show_summary(items)
    st.download_button(
        t("Download the results"),
        data=partial(_packed, desk, options, budget_from(os.environ)),
        file_name=f"{slug(project.name)}_{options.format}.zip",
        mime="application/zip",
        on_click="ignore",
        type="primary",
        key="results",
        icon=":material/download:",
    )


def _packed(desk: Desk, options: SetOptions, budget: Budget) -> bytes:
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        zip_into(export_review(desk, options, budget), file)
        file.seek(0)
        return file.read()


def _choose(project: Project, cases: Sequence[Case]) -> SetOptions:
    """Ask for the format and what goes in."""
    formats = {name: t(_FORMATS[name]) for name in SET_FORMATS}
    chosen = st.selectbox(
        t("Format"), SET_FORMATS, format_func=formats.__getitem__, key="results_format"
    )
    st.caption(t(_ABOUT[chosen]))
    scopes = {scope: t(_SCOPES[scope]) for scope in _SCOPES}
    scope = st.selectbox(
        t("Which masks"), list(scopes), format_func=scopes.__getitem__, key="results_scope"
    )
    phrases = {case.label.phrase.casefold(): case.label.phrase for case in cases}
    labels = st.multiselect(
        t("Labels"), list(phrases.values()), key="results_labels", help=t(_LABELS_HELP)
    )
    names = st.toggle(
        t("Keep names of files and readers, and comments"), key="results_names", help=t(_NAMES_HELP)
    )
    options = SetOptions(chosen, names=names, scope=scope, phrases=tuple(labels))
    if chosen not in _WITH_DATASET:
        return options
    name = st.text_input(t("Name of the data set"), project.name, key="results_dataset")
    options = replace(options, dataset=name)
    return _choose_number(options) if chosen == "nnunet" else _choose_split(options)


def _choose_number(options: SetOptions) -> SetOptions:
    number = st.number_input(
        t("Number of the data set"),
        1,
        MOST_DATASET_ID,
        options.dataset_id,
        key="results_number",
        help=t(_NUMBER_HELP),
    )
    return replace(options, dataset_id=int(number))


def _choose_split(options: SetOptions) -> SetOptions:
    with st.container(horizontal=True, gap="medium"):
        share = st.number_input(
            t("Share of the test part (%)"),
            0,
            100,
            round(options.test_share * 100),
            key="results_share",
            help=t(_SHARE_HELP),
        )
        seed = st.number_input(t("Draw"), 0, 10**6, options.seed, key="results_seed")
        modality = st.text_input(
            t("Modality of all images"), key="results_modality", placeholder=t(_AS_SHOWN)
        )
        site = st.text_input(
            t("Body part of all images"), key="results_site", placeholder=t(_AS_SHOWN)
        )
    return replace(options, test_share=share / 100, seed=int(seed), modality=modality, site=site)


def _show_summary(items: Sequence[FinalItem]) -> None:
    """How much goes in, before anything is decoded."""
    said = Counter(final.verdict for item in items for final in item.finals)
    st.caption(
        t(
            "Masks: {masks}, on {images} of {all} images. Labels without a mask: {rejected} "
            "rejected, {absent} not present, {flagged} flagged, {open} not settled.",
            masks=sum(item.masks for item in items),
            images=sum(item.masks > 0 for item in items),
            all=len(items),
            rejected=said["reject"],
            absent=said["absent"],
            flagged=said["flag"],
            open=said[None],
        )
    )
