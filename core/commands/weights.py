"""``python -m core weights``: where the weights of the local model are, getting, checking them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.weights_print import Bar, print_about, print_record, print_verdict
from core.errors import InputError, LocalModelMissing
from core.settings import local_settings_from, secrets_from_file
from core.weights import download, hub_from, place_of, record_of, require, take_in, verify
from core.weights.digest import clean_sha256

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command; no token is among them, where others could read it."""
    steps = parser.add_mutually_exclusive_group()
    steps.add_argument(
        "--download", action="store_true", help="get them from the hub, or go on with that"
    )
    steps.add_argument(
        "--import", dest="file", type=Path, metavar="FILE", help="take a copy of a downloaded file"
    )
    steps.add_argument("--verify", action="store_true", help="check size, hash and every parameter")
    parser.add_argument(
        "--sha256", metavar="HASH", help="with --import or --verify: what its hash should be"
    )
    parser.add_argument(
        "--offline", action="store_true", help="with --import or --verify: do not ask the hub"
    )


def run(arguments: argparse.Namespace) -> None:
    """Run one step; without any, say where the weights are and what is known of them.

    Raises:
        WorkbenchError: They are not there, not what they should be, or cannot be had.
    """
    settings = local_settings_from(os.environ, secrets_from_file())
    place = place_of(settings)
    expected = clean_sha256(arguments.sha256) if arguments.sha256 else None
    if expected and not (arguments.verify or arguments.file):
        raise InputError("--sha256 was given alone.", "Add --verify, or --import FILE.")
    hub = None if arguments.offline else hub_from(os.environ)
    if arguments.download:
        print_verdict(download(hub_from(os.environ), place, tell=Bar()), place)
    elif arguments.file is not None:
        verdict = take_in(arguments.file, place, expected=expected, hub=hub, tell=Bar())
        print_verdict(verdict, place)
    elif arguments.verify:
        file = require(settings)
        print_verdict(verify(file, expected=expected, hub=hub, tell=Bar()), file)
    elif place.is_file():
        print_record(record_of(place), place)
    else:
        print_about(place)
        raise LocalModelMissing("The file is not there yet.", "Do what stands above.")
