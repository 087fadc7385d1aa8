"""All slices of a volume: run, follow, go on after a stop, and export on the file's own grid."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from components.language import t, told
from components.notices import show_error
from components.privacy_gate import Sent
from components.run_panel import run_when_agreed
from core import about
from core.backends.bandwidth import forecast
from core.errors import InputError
from core.export.nifti import nifti_files
from core.export.results import ExportFile
from core.export.tree import zip_files
from core.prompts import parse_phrases
from core.segmentation import DEFAULT_THRESHOLD
from core.volume import SliceRange, slice_tasks

if TYPE_CHECKING:
    from components.engine_panel import Engine
    from components.image_panel import FrameChoice
    from components.state import LoadedImage, Session
    from core.imaging import Frame, Notice
    from core.imaging.grid import VolumeGrid
    from core.segmentation import Segmentation

_FOUND = "{count} slices have masks. Another run goes on with the rest."
_THRESHOLD_HELP = "Pixels with this probability or more, on a scale to 255, belong to the mask."
_NIFTI_HELP = "One .nii.gz a phrase, 0 and 1, on the grid of the file, with its affine."


def show_slices_panel(
    state: Session,
    engine: Engine,
    image: LoadedImage,
    choice: FrameChoice,
    *,
    frame: Frame,
    text: str,
) -> None:
    """Offer to run on a range of slices; draws nothing for a single picture.

    Args:
        state: Of this session.
        engine: Who answers.
        image: The volume.
        choice: Direction, window and channel as chosen for the frame on show.
        frame: The frame on show.
        text: Phrases as typed.
    """
    count = image.upload.choices.count(choice.axis)
    if count < 2:
        return
    with st.expander(t("All {count} slices", count=count)):
        first, last = st.slider(
            t("From, to"), 1, count, (1, count), key=f"range_{image.key}_{choice.axis}"
        )
        blocked = engine.backend is None or state.job is not None
        pressed = st.button(
            t("Run on slices {first} to {last}", first=first, last=last),
            key="run_slices",
            disabled=blocked,
            width="stretch",
        )
        wanted = SliceRange(
            choice.axis, first - 1, last - 1, choice.volume, choice.window, choice.channel
        )
        _show_forecast(engine, wanted, text)
        _show_export(state, image, wanted)
    if pressed:
        notices = (*image.upload.notices, *frame.notices)
        _start(state, engine, image, wanted, text=text, notices=notices, shown=choice.index)


def _show_forecast(engine: Engine, wanted: SliceRange, text: str) -> None:
    """Say how much comes back, when that is much and comes from elsewhere."""
    if engine.backend is None or not engine.backend.leaves_machine:
        return
    with contextlib.suppress(InputError):  # it is told when the user presses Run
        if expected := forecast(len(wanted.indices), len(parse_phrases(text))):
            st.caption(told(expected))


def _start(
    state: Session,
    engine: Engine,
    image: LoadedImage,
    wanted: SliceRange,
    *,
    text: str,
    notices: tuple[Notice, ...],
    shown: int,
) -> None:
    backend = engine.backend
    if backend is None:
        return
    try:
        phrases = parse_phrases(text)
    except InputError as error:
        show_error(error)
        return
    stack = state.stacks.setdefault(_key(image, wanted), {})
    finished = {
        index
        for index, result in _results(state, stack).items()
        if result.phrases == phrases and result.engine == backend.label
    }
    missing = [index for index in wanted.indices if index not in finished]
    if not missing:
        st.info(t("All of these slices have masks for these phrases."), icon=":material/info:")
        return
    tasks = slice_tasks(
        image.upload,
        wanted,
        missing,
        phrases=phrases,
        backend=backend,
        keep=lambda found: stack.update((i, one.frame.sha256) for i, one in found.items()),
    )
    sent = Sent(
        engine.host,
        tuple(partial(wanted.frame, image.upload, index) for index in missing),
        phrases,
        notices,
        missing.index(shown) if shown in missing else len(missing) // 2,
    )
    run_when_agreed(state, sent, tasks, workers=backend.workers)


def _key(image: LoadedImage, wanted: SliceRange) -> tuple[object, ...]:
    """What the results of one stack are kept under: all but the range."""
    return image.key, wanted.axis, wanted.volume, wanted.window, wanted.channel


def _results(state: Session, stack: dict[int, str]) -> dict[int, Segmentation]:
    """Results of a stack that are still kept, by slice."""
    return {i: state.results[sha] for i, sha in sorted(stack.items()) if sha in state.results}


def _show_export(state: Session, image: LoadedImage, wanted: SliceRange) -> None:
    found = _results(state, state.stacks.get(_key(image, wanted), {}))
    grid = image.upload.grid
    if not found:
        return
    if len(found) == 1:
        st.caption(t("1 slice has masks. Another run goes on with the rest."))
    else:
        st.caption(t(_FOUND, count=len(found)))
    if grid is None:
        return
    threshold = st.number_input(
        t("Threshold of the export"),
        1,
        255,
        DEFAULT_THRESHOLD,
        key=f"threshold_{image.key}",
        help=t(_THRESHOLD_HELP),
    )
    st.download_button(
        t("Masks as NIfTI"),
        data=lambda: _nifti_zip(grid, wanted.axis, found, int(threshold)),
        file_name="masks_nifti.zip",
        mime="application/zip",
        on_click="ignore",
        key="nifti",
        icon=":material/download:",
        width="stretch",
        help=t(_NIFTI_HELP),
    )


def _nifti_zip(
    grid: VolumeGrid, axis: str, results: dict[int, Segmentation], threshold: int
) -> bytes:
    engines = sorted({result.engine for result in results.values()})
    notice = "\n".join((about.NOTICE, *engines, ""))
    files = nifti_files(grid, axis, results, threshold)
    return zip_files([*files, ExportFile("NOTICE.txt", notice.encode())])
