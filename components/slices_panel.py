"""All slices of a volume: run, follow, go on after a stop, and export on the file's own grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from components.notices import show_error
from components.privacy_gate import Sent
from components.run_panel import run_when_agreed
from core import about
from core.errors import InputError
from core.export.nifti import nifti_files
from core.export.results import ExportFile, zip_files
from core.jobs import Task
from core.prompts import parse_phrases
from core.segmentation import DEFAULT_THRESHOLD
from core.volume import SliceRange, calls, segment_slices

if TYPE_CHECKING:
    from components.engine_panel import Engine
    from components.image_panel import FrameChoice
    from components.run_panel import RunTask
    from components.state import LoadedImage, Session
    from core.backends.base import RunControl
    from core.imaging import Frame
    from core.imaging.grid import VolumeGrid
    from core.segmentation import Segmentation


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
    with st.expander(f"All {count} slices"):
        first, last = st.slider(
            "From, to", 1, count, (1, count), key=f"range_{image.key}_{choice.axis}"
        )
        blocked = engine.backend is None or state.job is not None
        pressed = st.button(
            f"Run on slices {first} to {last}", key="run_slices", disabled=blocked, width="stretch"
        )
        wanted = SliceRange(
            choice.axis, first - 1, last - 1, choice.volume, choice.window, choice.channel
        )
        _show_export(state, image, wanted)
    if pressed:
        _start(state, engine, image, wanted, frame=frame, text=text)


def _start(
    state: Session,
    engine: Engine,
    image: LoadedImage,
    wanted: SliceRange,
    *,
    frame: Frame,
    text: str,
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

    def run_group(group: tuple[int, ...]) -> RunTask:
        def work(control: RunControl) -> tuple[Segmentation, ...]:
            found = segment_slices(
                image.upload, wanted, group, phrases=phrases, backend=backend, control=control
            )
            stack.update(zip(group, (result.frame.sha256 for result in found), strict=True))
            return found

        return Task(f"slices {group[0] + 1} to {group[-1] + 1}", work)

    missing = [index for index in wanted.indices if index not in finished]
    tasks = [run_group(group) for group in calls(missing, backend)]
    run_when_agreed(state, Sent(engine.host, (frame,), phrases, len(missing)), tasks)


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
    st.caption(f"{len(found)} slices have masks. Another run goes on with the rest.")
    if grid is None:
        return
    threshold = st.number_input(
        "Threshold of the export", 1, 255, DEFAULT_THRESHOLD, key=f"threshold_{image.key}"
    )
    st.download_button(
        "Masks as NIfTI",
        data=lambda: _nifti_zip(grid, wanted.axis, found, int(threshold)),
        file_name="masks_nifti.zip",
        mime="application/zip",
        on_click="ignore",
        key="nifti",
        icon=":material/download:",
        width="stretch",
        help="One .nii.gz a phrase, 0 and 1, on the grid of the file, with its affine.",
    )


def _nifti_zip(
    grid: VolumeGrid, axis: str, results: dict[int, Segmentation], threshold: int
) -> bytes:
    engines = sorted({result.engine for result in results.values()})
    notice = "\n".join((about.NOTICE, *engines, ""))
    files = nifti_files(grid, axis, results, threshold)
    return zip_files([*files, ExportFile("NOTICE.txt", notice.encode())])
