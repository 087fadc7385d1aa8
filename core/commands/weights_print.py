"""What ``python -m core weights`` prints."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from core.weights.official import FILE_NAME, LICENCE, PAGE, SIZE_BYTES, VALUES

if TYPE_CHECKING:
    from pathlib import Path

    from core.weights import Record, Stage, Verdict

_STAGES = {
    "download": "Downloading",
    "copy": "Copying",
    "hash": "Computing the hash",
    "parameters": "Looking at the parameters",
}
_AGREES = {
    "hub": "as the hub says, revision {revision}",
    "given": "as it was given",
    "nothing": "compared with nothing: this is what it was at the first check",
}
_STEP = 10
"""Percent between two lines where no line can be written over."""


def print_about(place: Path) -> None:
    """Print where the weights come from, under which terms, and what to run."""
    print(f"The local model needs the weights of BiomedParse: one file, {FILE_NAME}.")
    print(f"  From     {PAGE}")
    print("           Sign in there and accept the terms; they ask for your contact details.")
    print("           The model is for research and development only, not for clinical use.")
    print(f"           Licence: {LICENCE} when it was last looked at; what the page says counts.")
    print(f"  Size     {SIZE_BYTES / 1e9:.2f} GB to download, of which the network uses")
    print(f"           {VALUES * 4 / 1e9:.2f} GB ({VALUES / 1e6:.1f} million numbers of 4 bytes)")
    print(f"  Belongs  {place}")
    print("Nothing is downloaded before you ask for it:")
    print("  pip install -r requirements-local.txt")
    print("  hf auth login                       asks for your token; or set HF_TOKEN")
    print("  python -m core weights --download")
    print("Or download it in a browser where you are signed in, and then:")
    print(f"  python -m core weights --import {FILE_NAME}")


def print_record(record: Record | None, file: Path) -> None:
    """Print what is known of a file that is there."""
    size = file.stat().st_size
    print(f"File        {file}")
    print(f"Size        {size / 1e9:.2f} GB ({size} bytes)")
    if record is None:
        print("Checked     never; to check it: python -m core weights --verify")
        return
    print(f"SHA-256     {record.sha256}")
    print(f"            {_AGREES[record.source].format(revision=record.revision[:12])}")
    print(f"Parameters  {_parameters(record)}")
    print(f"Checked     {record.checked_at:%Y-%m-%d %H:%M} UTC")
    if not record.is_of(file):
        print("            It was written to since: python -m core weights --verify")


def print_verdict(verdict: Verdict, file: Path) -> None:
    """Print what a check has found."""
    print_record(verdict.record, file)
    for remark in verdict.remarks:
        print(f"Note        {remark}")
    print("The weights are in order.")


def _parameters(record: Record) -> str:
    if not record.parameters:
        return "not looked at"
    return f"{record.parameters}, all there and finite ({record.values / 1e6:.1f} million numbers)"


class Bar:
    """Progress on standard output: one line that is written over, or a line every ten percent."""

    def __init__(self) -> None:
        self._last = ("", -1)

    def __call__(self, stage: Stage) -> None:
        """Print a stage when it is further than what was printed last."""
        percent = 100 * stage.done // stage.total if stage.total else 0
        over = sys.stdout.isatty()
        shown = (stage.name, percent if over else percent // _STEP * _STEP)
        if shown == self._last:
            return
        begins = shown[0] != self._last[0]
        self._last = shown
        line = f"{_STAGES[stage.name]}: {shown[1]} %"
        if over:
            line = f"\r{line}" if not begins else line
            print(line, end="\n" if stage.done == stage.total else "", flush=True)
        else:
            print(line, flush=True)
