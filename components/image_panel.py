"""Which image, and which frame of it: upload, list, slice, window, channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from components.held_choice import hold_choice
from components.language import t, told
from components.notices import plain, show_error
from components.viewer import SliceState
from core.errors import WorkbenchError
from core.imaging import Window

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

    from components.state import LoadedImage, Session
    from core.imaging import Frame

_OWN_WINDOW = "Own window"
_FILES_HELP = (
    "PNG, JPEG, TIFF, DICOM, NIfTI, ZIP and more; the content decides, not the name. "
    "Files stay on this computer unless you run an engine that is elsewhere."
)
_SLICE_HELP = "The mouse wheel over the image moves through the slices too."
_WINDOW_HELP = "Which values are shown between black and white. The model sees them so, too."
_CENTRE_HELP = "The value that is shown as middle grey."
_WIDTH_HELP = "How many values lie between black and white."


@dataclass(frozen=True)
class FrameChoice:
    """Which frame of an upload is wanted, and how it is windowed."""

    index: int
    axis: str
    volume: int = 0
    channel: int | None = None
    window: Window | None = None


def show_uploader(state: Session) -> None:
    """Take files, open them, and say in a sentence why one cannot be opened."""
    if "uploader" not in st.session_state:
        # Streamlit empties the box when its page is left; what was opened from it stays.
        state.uploads.clear()
    files = st.file_uploader(
        t("Images"), accept_multiple_files=True, key="uploader", help=t(_FILES_HELP)
    )
    _drop_removed(state, {file.file_id for file in files})
    for file in files:
        if file.file_id not in state.uploads:
            _open(state, file)
    for file in files:
        refused = state.uploads[file.file_id]
        if isinstance(refused, WorkbenchError):
            show_error(refused)


def _open(state: Session, file: UploadedFile) -> None:
    try:
        images = state.open(file.getvalue(), file.name)
    except WorkbenchError as error:
        state.uploads[file.file_id] = error
        return
    state.uploads[file.file_id] = tuple(image.key for image in images)
    state.current = images[0].key


def _drop_removed(state: Session, present: set[str]) -> None:
    for file_id in [known for known in state.uploads if known not in present]:
        entry = state.uploads.pop(file_id)
        for key in entry if isinstance(entry, tuple) else ():
            state.close(key)


def show_image_list(state: Session) -> None:
    """Let the user pick the image on show where there is more than one."""
    if len(state.images) < 2:
        return
    keys = list(state.images)
    titles = {key: f"{n}. {state.images[key].title}" for n, key in enumerate(keys, start=1)}
    chosen = st.selectbox(
        t("Image on show"),
        keys,
        index=keys.index(state.current) if state.current in keys else 0,
        format_func=lambda key: titles.get(key, ""),
        # A new key when the list or the current image changes by other means than this widget.
        key=f"image_list_{len(keys)}_{state.current}",
    )
    if chosen != state.current:
        state.current = chosen
        st.rerun()


def choose_frame(image: LoadedImage) -> FrameChoice:
    """Show the choices that the file offers, and nothing where there is none."""
    choices = image.upload.choices
    prefix = f"choice_{image.key}"
    axis = choices.axes[0].name
    if len(choices.axes) > 1:
        axis = _choose_direction([entry.name for entry in choices.axes], f"{prefix}_axis")
    count = choices.count(axis)
    index = 0
    if count > 1:
        # A volume opens in its middle, where there is something to see; a stack at its start.
        middle = (count + 1) // 2 if len(choices.axes) > 1 else 1
        st.session_state.setdefault(_slice_key(image, axis), middle)
        index = st.slider(
            t("Slice" if len(choices.axes) > 1 else "Frame"),
            1,
            count,
            key=_slice_key(image, axis),
            persist_state="session",
            help=t(_SLICE_HELP),
        )
        index -= 1
        if choices.frame_names and axis == choices.axes[0].name:
            st.caption(plain(told(choices.frame_names[index])))
    volume = _pick(t("Volume"), choices.volumes, f"{prefix}_volume") or 0
    channel = _pick(t("Channel"), choices.channels, f"{prefix}_channel")
    return FrameChoice(index, axis, volume, channel, _choose_window(image, prefix))


def turn_to(image: LoadedImage, index: int) -> None:
    """Set the slice slider, before it is drawn, to the slice asked for in the viewer."""
    choices = image.upload.choices
    axis = st.session_state.get(f"choice_{image.key}_axis") or choices.axes[0].name
    count = choices.count(axis)
    if count > 1:
        st.session_state[_slice_key(image, axis)] = min(max(index, 0), count - 1) + 1


def slices_of(image: LoadedImage, choice: FrameChoice) -> SliceState | None:
    """Where in the stack the chosen frame is, or None for a single picture."""
    count = image.upload.choices.count(choice.axis)
    return SliceState(choice.axis, choice.index, count) if count > 1 else None


def _slice_key(image: LoadedImage, axis: str) -> str:
    """Key of the slice slider of one image and direction; its value counts from 1."""
    return f"choice_{image.key}_slice_{axis}"


def _choose_direction(names: list[str], key: str) -> str:
    """The axis whose slices are shown; its value is the English name."""
    # Set rather than given as default: a change of language would go back to the default.
    st.session_state[key] = st.session_state.get(key) or names[0]
    shown = {name: told(name) for name in names}
    picked = st.segmented_control(
        t("Direction"),
        names,
        required=True,
        format_func=shown.__getitem__,
        key=key,
        width="stretch",
        persist_state="session",
    )
    return picked or names[0]


def _pick(label: str, names: tuple[str, ...], key: str) -> int | None:
    """Pick one of several by name; returns its position, or None where there is no choice."""
    if len(names) < 2:
        return None
    hold_choice(key)
    shown = [told(name) for name in names]
    return st.selectbox(
        label,
        range(len(shown)),
        format_func=shown.__getitem__,
        key=key,
        persist_state="session",
    )


def _choose_window(image: LoadedImage, prefix: str) -> Window | None:
    windows = image.upload.choices.windows
    if not windows:
        return None
    options: list[Window | str] = [*windows, _OWN_WINDOW]
    hold_choice(f"{prefix}_window")
    titles = {option: _window_title(option) for option in options}
    chosen = st.selectbox(
        t("Window"),
        options,
        format_func=titles.__getitem__,
        key=f"{prefix}_window",
        persist_state="session",
        help=t(_WINDOW_HELP),
    )
    if isinstance(chosen, Window):
        return chosen
    left, right = st.columns(2)
    center = left.number_input(
        t("Window centre"),
        value=float(windows[0].center),
        key=f"{prefix}_center",
        persist_state="session",
        help=t(_CENTRE_HELP),
    )
    width = right.number_input(
        t("Window width"),
        min_value=1.0,
        value=max(1.0, float(windows[0].width)),
        key=f"{prefix}_width",
        persist_state="session",
        help=t(_WIDTH_HELP),
    )
    return Window(f"{center:g}/{width:g}", center, width)


def _window_title(window: Window | str) -> str:
    if isinstance(window, str):
        return t(_OWN_WINDOW)
    return t(
        "{name} ({centre:g} / {width:g})",
        name=told(window.name),
        centre=window.center,
        width=window.width,
    )


def load_frame(state: Session, image: LoadedImage, choice: FrameChoice) -> Frame:
    """Decode the frame, or take it from this session's few last ones.

    Raises:
        ImageError: The frame cannot be decoded.
        ChoiceError: The file has no such frame.
    """
    key = (image.key, choice)
    frame = state.frames.get(key)
    if frame is None:
        frame = image.upload.frame(
            choice.index, choice.window, choice.channel, axis=choice.axis, volume=choice.volume
        )
        state.remember_frame(key, frame)
    return frame
