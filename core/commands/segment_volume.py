"""``python -m core segment3d``: a whole volume through MedImageParse 3D, masks as NIfTI."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from core import about
from core.backends.azure_volume import LARGEST_BODY, AzureVolumeModel
from core.commands.inputs import read_upload, read_window
from core.commands.signed_in import source_from
from core.errors import SettingsError
from core.export.results import write_files
from core.export.volume_files import volume_files
from core.imaging.budget import MEGA
from core.settings import secrets_from_file
from core.settings.names import ENDPOINT_3D
from core.settings.volume_model import volume_model_settings_from
from core.signin import Bearer
from core.volume_input import VolumeChoice, prepare_volume
from core.volume_model import segment_volume

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from core.volume_model import VolumeResult


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("input", type=Path, help="a volume: NIfTI, or a ZIP of a DICOM series")
    parser.add_argument("phrases", help='what to look for, such as "liver & tumor"')
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument("--volume", type=int, default=0, help="time point of a 4-D file, from 0")
    parser.add_argument("--channel", type=int, default=None, help="channel, from 0")
    parser.add_argument("--window", default=None, metavar="CENTRE/WIDTH", help="such as 40/400")
    parser.add_argument(
        "--native-values",
        action="store_true",
        help="send the file's own values instead of 0 to 255 in the window",
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the command and say what came of it.

    Raises:
        WorkbenchError: The volume, the phrases, the settings or the endpoint stand in the way.
    """
    model = volume_model_from(os.environ)
    upload = read_upload(arguments.input)
    choice = VolumeChoice(
        arguments.volume,
        read_window(arguments.window),
        arguments.channel,
        native=arguments.native_values,
    )
    item = prepare_volume(upload, arguments.phrases, choice)
    size = len(item.request.body)
    print(
        f"Sending {size / MEGA:.1f} MB to {model.settings.host}: voxels, their place and the "
        "phrases, no header.",
        file=sys.stderr,
    )
    if size > LARGEST_BODY:
        print(f"More than {LARGEST_BODY / MEGA:.0f} MB may be refused.", file=sys.stderr)
    result = segment_volume(item, model)
    files = volume_files(result)
    write_files(files, arguments.out)
    _say(result, len(files))


def volume_model_from(env: Mapping[str, str]) -> AzureVolumeModel:
    """The model for whole volumes, with the sign-in that the settings ask for.

    Args:
        env: Environment variables.

    Raises:
        SettingsError: No endpoint for volumes is set, or a setting makes no sense.
        SignInRefused: Who was waited for did not sign in.
    """
    settings = volume_model_settings_from(env, secrets_from_file())
    if settings is None:
        raise SettingsError(
            "No MedImageParse 3D endpoint is set.",
            f"Set {ENDPOINT_3D.name} to its scoring URL, or use segment with --slices.",
        )
    signed_by_key = settings.sign_in == "key"
    token = None if signed_by_key else Bearer(source_from(env, settings.sign_in))
    return AzureVolumeModel(settings, token=token)


def _say(result: VolumeResult, count: int) -> None:
    print(result.engine)
    for number, phrase in enumerate(result.phrases, start=1):
        size_ml = result.millilitres(number)
        size = "" if size_ml is None else f" ({size_ml:.1f} ml)"
        print(f"{phrase}: {result.voxels[number - 1]} voxels{size}")
    for notice in dict.fromkeys(result.notices):
        print(f"Note: {notice.text}")
    print(f"{count} files written. {about.NOTICE}")
