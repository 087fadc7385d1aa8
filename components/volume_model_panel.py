"""A whole volume through MedImageParse 3D: run, follow, browse its masks, export them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import streamlit as st

from components.connection import is_signed_in, token_for
from components.language import t, told
from components.notices import plain, show_error
from components.services import services
from components.volume_gate import ask_volume_consent
from core.backends.azure_volume import AzureVolumeModel
from core.errors import InputError, SettingsError, WorkbenchError
from core.export.tree import zip_files
from core.export.volume_files import volume_files
from core.jobs import Job, Task, failures_of
from core.settings import secrets_from_file
from core.settings.names import API_KEY_3D
from core.settings.volume_model import volume_model_settings_from
from core.signin import Bearer
from core.signin.refusals import nobody_signed_in
from core.volume_input import VolumeChoice, prepare_volume
from core.volume_model import segment_volume

if TYPE_CHECKING:
    from components.image_panel import FrameChoice
    from components.state import LoadedImage, Session
    from core.backends.base import RunControl
    from core.imaging import Frame
    from core.jobs import Progress
    from core.settings import AzureSettings
    from core.volume_input import VolumeInput
    from core.volume_model import VolumeResult

_TITLE = "Whole volume (MedImageParse 3D)"
_NATIVE_HELP = (
    "Otherwise the grey levels of the chosen window are sent, 0 to 255, as the model was trained: "
    "CT with centre/width 40/400, -160/1500 for the lung, 40/80 for the brain and 400/1800 for "
    "bone; all else between percentiles of the volume."
)
_NIFTI_HELP = (
    "Labels and one mask a phrase as .nii.gz on the grid of the file, with its affine, and a "
    "manifest."
)
_PICTURES_ONLY = "The sign-in of this session opens the endpoint for pictures only."
_ANOTHER_WAY = "Have {name} set, or sign in another way on the page Connection."
_NO_PLACE = "Choose a direction such as axial to see the masks; the stack has no place."
_NOTHING = "{phrase}: nothing marked"
_MARKED = "{phrase}: {count:,} voxels marked"
_MARKED_ML = "{phrase}: {count:,} voxels marked, {size:.1f} ml"
_SHOW_KEY = "show_volume_masks"
_PATIENCE_S = 1.0
_POLL_S = 0.4


def show_volume_model_panel(
    state: Session, image: LoadedImage, choice: FrameChoice, *, frame: Frame, text: str
) -> None:
    """Offer to run on the whole volume; draws nothing where that is not set up, or for pictures.

    Args:
        state: Of this session.
        image: The volume.
        choice: Time point, window and channel as chosen for the frame on show.
        frame: The frame on show.
        text: Phrases as typed.
    """
    collect_volume(state)
    if image.upload.grid is None:
        return
    settings, problem = _settings()
    if settings is None and problem is None:
        return
    with st.expander(t(_TITLE)):
        if problem is not None:
            show_error(problem)
        if settings is not None:
            st.caption(f":material/cloud: {plain(settings.host)}")
            native = st.checkbox(
                t("Send the file's own values"), key="volume_native", help=t(_NATIVE_HELP)
            )
            pressed = st.button(
                t("Run on the whole volume"),
                key="run_volume",
                disabled=state.volume_job is not None,
                width="stretch",
                icon=":material/deployed_code:",
            )
            with st.container():
                if state.volume_job is not None:
                    show_volume_progress(state)
        _show_outcome(state, image, frame)
    if settings is not None and pressed:
        wanted = VolumeChoice(choice.volume, choice.window, choice.channel, native=native)
        _ask_and_start(state, image, settings, wanted, text)


def collect_volume(state: Session) -> None:
    """Take over what a run on a volume has brought; forget the run when it has ended."""
    if state.volume_job is None:
        return
    key, job = state.volume_job
    progress = job.progress
    if progress.running:
        return
    state.volume_job = None
    state.failures = failures_of(progress.outcomes)
    for outcome in progress.outcomes:
        if outcome.result is not None:
            state.keep_volume(key, outcome.result)


@st.fragment(run_every=_POLL_S)
def show_volume_progress(state: Session) -> None:
    """Show how long the run takes; reruns the page when it has ended."""
    if state.volume_job is None:
        return
    _, job = state.volume_job
    progress = job.progress
    if not progress.running:
        st.rerun()
    st.caption(f":material/hourglass_top: {_sentence(progress, job.seconds)}")
    if st.button(t("Cancel"), key="cancel_volume", icon=":material/close:", width="stretch"):
        job.cancel()


def _settings() -> tuple[AzureSettings | None, SettingsError | None]:
    """The endpoint for volumes, or what is wrong with its settings; neither when it is off."""
    try:
        return volume_model_settings_from(os.environ, secrets_from_file()), None
    except SettingsError as problem:
        return None, problem


def _token(state: Session, settings: AzureSettings) -> Bearer | None:
    """Who signs: the key, else whoever is signed in for this session, else as the operator says.

    Raises:
        SignInRefused: A person has to sign in first.
        SettingsError: The sign-in of this session opens another endpoint only.
    """
    if settings.sign_in == "key":
        return None
    source = state.source
    if source is None:
        return token_for(state, settings)
    if source.way == "workspace":
        raise SettingsError(t(_PICTURES_ONLY), t(_ANOTHER_WAY, name=API_KEY_3D.name))
    if not is_signed_in(source):
        raise nobody_signed_in()
    return Bearer(source)


def _ask_and_start(
    state: Session, image: LoadedImage, settings: AzureSettings, wanted: VolumeChoice, text: str
) -> None:
    try:
        token = _token(state, settings)
        with st.spinner(t("The volume is made ready")):
            item = prepare_volume(image.upload, text, wanted)
    except WorkbenchError as problem:
        show_error(problem)
        if not isinstance(problem, InputError):
            st.page_link(page="pages/connection.py", icon=":material/settings_ethernet:")
        return

    def start() -> None:
        _start(state, (image.key, wanted.volume), item, settings, token)

    ask_volume_consent(item, settings.host, start)


def _start(
    state: Session,
    key: tuple[str, int],
    item: VolumeInput,
    settings: AzureSettings,
    token: Bearer | None,
) -> None:
    """Begin, and wait a moment, so that a quick answer comes with this rerun."""
    shared = services()

    def work(control: RunControl) -> VolumeResult:
        model = AzureVolumeModel(settings, token=token, services=shared)
        try:
            return segment_volume(item, model, control)
        finally:
            model.close()

    state.failures = ()
    job = Job([Task("whole volume", work)])
    state.volume_job = (key, job)
    job.wait(_PATIENCE_S)
    collect_volume(state)


def _sentence(progress: Progress[VolumeResult], seconds: float) -> str:
    waiting = progress.waiting
    if waiting is None:
        return t("The model works on the volume, {seconds:.0f} s", seconds=seconds)
    reason = plain(told(waiting.reason))
    if waiting.seconds_left is None:
        return reason
    left = max(0, round(waiting.seconds_left))
    return t("{reason} Next try in {seconds} s.", reason=reason, seconds=left)


def _show_outcome(state: Session, image: LoadedImage, frame: Frame) -> None:
    """What was found, whether it is on show, and the export."""
    result = state.volume_of(image, frame)
    if result is None:
        return
    _show_switch(state)
    if result.segmentation(frame) is None:
        st.caption(t(_NO_PLACE))
    for number, phrase in enumerate(result.phrases, start=1):
        st.caption(plain(_found(phrase, result.voxels[number - 1], result.millilitres(number))))
    st.download_button(
        t("Volume masks as NIfTI"),
        data=lambda: zip_files(volume_files(result)),
        file_name="volume_masks.zip",
        mime="application/zip",
        on_click="ignore",
        key="volume_nifti",
        icon=":material/download:",
        width="stretch",
        help=t(_NIFTI_HELP),
    )


def _found(phrase: str, count: int, size: float | None) -> str:
    """How much a phrase has marked, and how large that is where the file tells."""
    if not count:
        return t(_NOTHING, phrase=phrase)
    if size is None:
        return t(_MARKED, phrase=phrase, count=count)
    return t(_MARKED_ML, phrase=phrase, count=count, size=size)


def _show_switch(state: Session) -> None:
    """Let the user see the masks of the volume or those of single slices."""

    def take() -> None:
        state.show_volumes = bool(st.session_state[_SHOW_KEY])

    st.session_state[_SHOW_KEY] = state.show_volumes
    st.toggle(t("Show these masks on every slice"), key=_SHOW_KEY, on_change=take)
