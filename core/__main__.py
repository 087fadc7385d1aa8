"""The command line: ``python -m core COMMAND``; ``--help`` lists them."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

from core import about
from core.errors import WorkbenchError
from core.logs import configure_logs
from core.settings.names import LOG_LEVEL

COMMANDS = {
    # Name: its module in core.commands, and what it does.
    "segment": ("segment", "find phrases in one image and write overlay, masks and manifest"),
    "segment3d": ("segment_volume", "find phrases in a whole volume with MedImageParse 3D"),
    "batch": ("batch", "find phrases in a folder of images with a batch endpoint"),
    "measure": ("measure", "measure what phrases find in one image and print a table"),
    "figure": ("figure", "draw a figure for a paper or slide, as PNG or PDF"),
    "evaluate": ("evaluate", "compare a backend with reference masks and print a table"),
    "review": (
        "review",
        "list, check, back up, restore and export review projects",
    ),
    "doctor": ("doctor", "check every step of the way to the endpoint and say what to mend"),
    "find": ("find", "list the MedImageParse endpoints that your account can see"),
    "deploy": ("deploy", "plan, run, look at or delete a deployment of MedImageParse"),
    "weights": ("weights", "say where to get the local model's weights, get and check them"),
    "serve": ("serve", "serve a model of this machine over MedImageParse's REST contract"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns 0, or 2 after a plain sentence on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m core",
        description=f"{about.NAME} on the command line.",
        epilog=about.NOTICE,
    )
    parser.add_argument("--version", action="version", version=f"{about.NAME} {about.VERSION}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    words = sys.argv[1:] if arguments is None else arguments
    for name, (module_name, help_text) in COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        if name in words:
            # Only what is asked for is imported: some commands need much.
            module = importlib.import_module(f"core.commands.{module_name}")
            module.add_arguments(command)
            command.set_defaults(run=module.run)
    parsed = parser.parse_args(words)
    try:
        # The sentence below says what went wrong; a log line beside it only on request.
        configure_logs({LOG_LEVEL.name: "error", **os.environ})
        parsed.run(parsed)
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
