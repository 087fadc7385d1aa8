"""``python -m core batch``: a folder of images through a batch endpoint, resumed where it was."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from core import about
from core.batch.inputs import write_inputs
from core.batch.lock import only_one
from core.batch.state import Batch, JobFolder, Step
from core.batch.wanted import from_folder, from_list
from core.errors import InputError, InvalidReply, SettingsError, WorkbenchError
from core.prompts import join_phrases
from core.segmentation import DEFAULT_THRESHOLD
from core.settings.names import BATCH_ENDPOINT

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from core.batch.cloud import Cloud
    from core.batch.results import Missing
    from core.batch.run import Sending
    from core.batch.wanted import Wanted

_MOST_ROWS = 16
_MOST_WARNINGS = 20
_BETWEEN_WORDS_S = 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("folder", type=Path, help="folder with the images")
    parser.add_argument("phrases", nargs="?", default="", help='such as "liver & tumor"')
    parser.add_argument(
        "--phrases-from",
        type=Path,
        default=None,
        metavar="FILE.csv",
        help="a list with the columns name and phrases, instead of all files with one text",
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of this batch")
    parser.add_argument(
        "--rows", type=int, default=1, help="images an input file, 1 (default, safest) to 16"
    )
    parser.add_argument(
        "--threshold",
        type=int,
        default=DEFAULT_THRESHOLD,
        help="level 0..255 from which a pixel is foreground (default 128)",
    )
    parser.add_argument("--yes", action="store_true", help="send without asking")
    parser.add_argument(
        "--keep", action="store_true", help="leave in the cloud what was uploaded and predicted"
    )
    parser.add_argument(
        "--again", action="store_true", help="start another cloud job after one that failed"
    )
    parser.add_argument(
        "--cancel", action="store_true", help="stop the cloud job and delete what was uploaded"
    )


def run(arguments: argparse.Namespace) -> None:
    """Do what is left of the batch, or cancel it.

    Raises:
        WorkbenchError: Something stands in the way; what is done is kept for the next run.
    """
    if not 1 <= arguments.rows <= _MOST_ROWS:
        raise InputError(f"--rows is {arguments.rows}.", f"Give a number from 1 to {_MOST_ROWS}.")
    if arguments.phrases and arguments.phrases_from is not None:
        raise InputError("There are phrases and a list.", "Give one of them.")
    if not 0 <= arguments.threshold <= 255:
        raise InputError(f"--threshold is {arguments.threshold}.", "Give a number from 0 to 255.")
    try:
        with only_one(arguments.out):
            _run(arguments)
    except KeyboardInterrupt:
        raise WorkbenchError(
            "Stopped here. A job that was started goes on in the cloud.",
            "Run the same command again to go on, or with --cancel to stop the job and delete "
            "what was uploaded.",
        ) from None


def _run(arguments: argparse.Namespace) -> None:
    from core.batch.run import Run, Talk  # noqa: PLC0415 - the sign-in is slow to import

    job = JobFolder(arguments.out)
    cloud = _cloud()
    try:
        batch = _batch(arguments, job, str(cloud.endpoint))
        talk = Talk(_say, _Ticker(), _agree_to_all if arguments.yes else _agree)
        steps = Run(
            job, arguments.folder, cloud, talk, threshold=arguments.threshold, keep=arguments.keep
        )
        if arguments.cancel:
            steps.cancel(batch)
            print("Cancelled. Nothing of this batch is left in the cloud.")
            return
        missing = steps.finish(_again(batch, job) if arguments.again else batch)
    finally:
        cloud.close()
    _tell(batch, job, missing)


def _cloud() -> Cloud:
    """Azure, as the settings name it and as whoever is signed in."""
    from core.arm import ResourceId  # noqa: PLC0415 - as above
    from core.batch.cloud import Cloud  # noqa: PLC0415
    from core.commands.signed_in import arm_from, source_from  # noqa: PLC0415
    from core.settings import Operator, secrets_from_file  # noqa: PLC0415
    from core.settings.hosts import allowed_hosts_from  # noqa: PLC0415

    operator = Operator(os.environ, secrets_from_file())
    text = operator.value(BATCH_ENDPOINT)
    if not text:
        raise SettingsError(
            "No batch endpoint is set.",
            f"Set {BATCH_ENDPOINT.name} to its resource id, which ends with /batchEndpoints/NAME.",
        )
    endpoint = ResourceId.parse(text)
    source = source_from(os.environ)
    return Cloud(arm_from(os.environ, source), endpoint, source, allowed_hosts_from(operator))


def _batch(arguments: argparse.Namespace, job: JobFolder, endpoint: str) -> Batch:
    """What an earlier run left, or a new batch."""
    request = _request(arguments, endpoint)
    found = job.load()
    if found is not None:
        if found.request != request:
            raise InputError(
                f"{job.path} holds another batch: another folder, other phrases, another number "
                "of rows or another endpoint.",
                "Choose another folder with --out, or ask for the same as before.",
            )
        return found
    if arguments.cancel:
        raise InputError(f"There is no batch in {job.path}.", "Name its folder with --out.")
    ticker = _Ticker()
    items, left_out = write_inputs(
        arguments.folder,
        _wanted(arguments),
        job.inputs,
        rows_per_file=arguments.rows,
        on_progress=lambda done, total: ticker("prepared", done, total),
    )
    for entry in left_out:
        _say(f"Left out: {entry.reason}")
    if not items:
        raise InputError("No image could be prepared.", "Mend what is named above, or leave it.")
    batch = Batch(endpoint, request, secrets.token_hex(8), tuple(items), tuple(left_out))
    job.save(batch)
    return batch


def _wanted(arguments: argparse.Namespace) -> Sequence[Wanted]:
    if arguments.phrases_from is None:
        return from_folder(arguments.folder, arguments.phrases, leave=arguments.out)
    return from_list(arguments.folder, arguments.phrases_from)


def _request(arguments: argparse.Namespace, endpoint: str) -> str:
    """What is asked for, as one hash; what a list says belongs to it."""
    queue = arguments.phrases_from
    try:
        listed = queue.read_bytes() if queue is not None else b""
    except OSError:
        listed = b""  # told when the list is read
    parts = (str(arguments.folder.resolve()), arguments.phrases, str(arguments.rows), endpoint)
    return hashlib.sha256("\0".join(parts).encode() + b"\0" + listed).hexdigest()


def _again(batch: Batch, job: JobFolder) -> Batch:
    """The same batch before its next job.

    Raises:
        InputError: The job still runs, or there is nothing left to do again.
    """
    if batch.step in {Step.PREPARED, Step.UPLOADED}:
        return batch
    if batch.step is Step.DECODED:
        raise InputError("Every image of this batch has its masks already.", "Leave --again out.")
    if batch.step in {Step.ASKED, Step.STARTED} and not batch.failure:
        raise InputError(
            "The job of this batch has not failed.",
            "Run the command without --again to go on with it, or with --cancel to stop it.",
        )
    anew = batch.anew()
    job.save(anew)
    return anew


def _agree(sending: Sending) -> bool:
    """Show what would be sent and ask; no answer is a no."""
    _show(sending)
    try:
        return input("Send them? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        print()
        return False


def _agree_to_all(sending: Sending) -> bool:
    _show(sending)
    return True


def _show(sending: Sending) -> None:
    print(f"To be sent to {sending.address}, container {sending.container}:")
    print(f"{sending.pictures} pictures of 1024x1024, {sending.size / 2**20:.1f} MB in all,")
    print("with these phrases and nothing else, no names and no header data:")
    for phrases in sending.texts:
        print(f"  {join_phrases(phrases)}")
    for name, text in sending.warnings[:_MOST_WARNINGS]:
        print(f"Look at {name} first: {text}")
    if len(sending.warnings) > _MOST_WARNINGS:
        print(f"There are {len(sending.warnings) - _MOST_WARNINGS} more like these, in job.json.")


def _tell(batch: Batch, job: JobFolder, missing: Sequence[Missing]) -> None:
    """Say what came of it.

    Raises:
        InvalidReply: Some images got no masks.
    """
    total = len(batch.items)
    print(f"{total - len(missing)} of {total} images have masks in {job.path}.")
    if batch.left_out:
        print(f"{len(batch.left_out)} files were left out before; summary.csv names them.")
    print(about.NOTICE)
    for entry in missing:
        _say(f"{entry.item.name}: {entry.reason}")
    if missing:
        raise InvalidReply(
            f"{len(missing)} of {total} images got no masks.",
            "summary.csv names them; --again starts another job for all, and predictions.csv is "
            "kept as it came.",
        )


def _say(text: str) -> None:
    print(text, file=sys.stderr)


class _Ticker:
    """Tells how far something is, about once a second and at its end."""

    def __init__(self) -> None:
        self._said = 0.0

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total or now - self._said >= _BETWEEN_WORDS_S:
            self._said = now
            _say(f"{done} of {total} {what}")
