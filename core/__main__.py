"""The command line: ``python -m core segment | evaluate``."""

from __future__ import annotations

import argparse
import sys

from core import about
from core.commands import evaluate, segment
from core.errors import WorkbenchError

_COMMANDS = {
    "segment": (segment, "find phrases in one image and write overlay, masks and manifest"),
    "evaluate": (evaluate, "compare a backend with reference masks and print a table"),
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
    for name, (module, help_text) in _COMMANDS.items():
        command = commands.add_parser(name, help=help_text, description=help_text)
        module.add_arguments(command)
        command.set_defaults(run=module.run)
    parsed = parser.parse_args(arguments)
    try:
        parsed.run(parsed)
    except WorkbenchError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
