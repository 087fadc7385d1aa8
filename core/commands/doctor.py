"""``python -m core doctor``: what stands between this computer and the endpoint, or the model."""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands.signed_in import arm_from, locator, source_from
from core.doctor import MARKS, Checkup, examine, examine_demo, examine_local, report_of
from core.errors import WorkbenchError
from core.export.results import ExportFile, write_files
from core.settings import local_settings_from, secrets_from_file, settings_for

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping

    from core.doctor import Finding
    from core.settings import LocalSettings

_MARK_WIDTH = max(map(len, MARKS.values()))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--backend",
        choices=("azure", "demo", "local"),
        default="azure",
        help="azure (default), demo or local",
    )
    parser.add_argument(
        "--no-trial",
        action="store_true",
        help="send no picture; else a drawn one is sent twice, or given to the local model",
    )
    parser.add_argument("--report", type=Path, default=None, help="also write a report to a file")
    parser.add_argument(
        "--with-names", action="store_true", help="name the account that is signed in"
    )


def run(arguments: argparse.Namespace) -> None:
    """Run the command and print one line a step.

    Raises:
        WorkbenchError: At least one step failed, or the report cannot be written.
    """
    findings: list[Finding] = []
    for finding in _examine(arguments):
        findings.append(finding)
        _print(finding, names=arguments.with_names)
    if arguments.report is not None:
        text = report_of(findings, names=arguments.with_names)
        file = ExportFile(arguments.report.name, text.encode("utf-8"))
        write_files([file], arguments.report.parent)
    count = sum(finding.state == "failed" for finding in findings)
    if count:
        raise WorkbenchError(
            f"{count} of {len(findings)} checks failed.",
            "Do what stands under the first of them, then run it again.",
        )


def checkup_from(env: Mapping[str, str], *, trial: bool) -> Checkup:
    """What to examine, from the settings; what is wrong with them is for the doctor to tell.

    Args:
        env: Environment variables.
        trial: Whether a drawn picture is sent.
    """
    # Once: a person is asked for one code, also when the address has to be looked up before.
    source = functools.cache(lambda: source_from(env))
    try:
        settings = settings_for("azure", env, locate=locator(env, source))
    except WorkbenchError as error:
        return Checkup(error, trial=trial)
    if settings is None or settings.sign_in == "key":
        return Checkup(settings, trial=trial)
    try:
        return Checkup(settings, source(), arm_from(env, source()), trial=trial)
    except WorkbenchError as error:
        return Checkup(settings, error, trial=trial)


def _examine(arguments: argparse.Namespace) -> Iterator[Finding]:
    if arguments.backend == "demo":
        yield from examine_demo()
        return
    if arguments.backend == "local":
        yield from examine_local(_local_settings(os.environ), trial=not arguments.no_trial)
        return
    checkup = checkup_from(os.environ, trial=not arguments.no_trial)
    try:
        yield from examine(checkup)
    finally:
        for opened in (checkup.arm, checkup.source):
            if opened is not None and not isinstance(opened, WorkbenchError):
                opened.close()


def _local_settings(env: Mapping[str, str]) -> LocalSettings | WorkbenchError:
    """How the local model runs, or what is wrong with its settings: for the doctor to tell."""
    try:
        return local_settings_from(env, secrets_from_file())
    except WorkbenchError as error:
        return error


def _print(finding: Finding, *, names: bool) -> None:
    """One line for what was found, and those that help below it."""
    print(f"{MARKS[finding.state]:{_MARK_WIDTH}}  {finding.step}: {finding.what}", flush=True)
    indent = " " * (_MARK_WIDTH + 2)
    if finding.next_step:
        print(f"{indent}{finding.next_step}", flush=True)
    if names:
        for fact in finding.facts:
            if fact.personal:
                print(f"{indent}{fact.label}: {fact.value}", flush=True)
