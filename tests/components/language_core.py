"""Every text of ``core`` that the pages can show, as templates with numbered gaps."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from language_flow import Flow
from language_reader import read_program

from core.backends.demo import KNOWN
from core.imaging.windows import MODEL_WINDOWS, READING_WINDOWS
from core.prompts.vocabulary import vocabulary

ROOT = Path(__file__).parents[2]
_WINDOWS = "core/imaging/windows.py"

# What only the command line prints, what other programs collect, and documents that are written
# whole in English: the report for IT, and the captions inside figures.
_LEFT_OUT = (
    "core/__main__.py",
    "core/commands/",
    "core/doctor/report.py",
    "core/export/figure_words.py",
    "core/serve/",  # to clients over the wire, and to the command line
)
# Function or class -> the parameters or fields of it that a reader gets to see.
_SHOWN = {
    "Axis": ("name",),
    "Check": ("words", "reason"),
    "Choices": ("channels", "volumes", "frame_names"),
    "ComparisonRows": ("columns",),
    "Fact": ("label", "value"),
    "Failure": ("what", "next_step"),
    "Finding": ("step", "what", "next_step"),
    "Grade": ("words",),
    "Notice": ("text",),
    "Sample": ("title", "source_note"),
    "Target": ("caution", "host", "note"),
    "Task": ("label",),
    "Waiting": ("reason",),
    "Window": ("name",),
    "pause": ("reason",),
}
_SHOWN_RETURNS = ("_article", "forecast", "label", "sentence", "settings_of", "spacing_source")
_SHOWN_CONSTANTS = (
    "BODY",
    "DemoBackend",
    "FEATURES",
    "LIT",
    "Look",
    "STAINED",
    "TITLES",
    "_HEADERS",
    "_KINDS",
)
_SHOWN_FIELDS = frozenset({"steps", "why"})

# Put together in ways that no reading of the code shows.
_BY_HAND = {
    "It was tried {0} times.": "core/backends/retry.py",
    "Signed in {0} as a person of the tenant beginning with {1}.": "core/doctor/sign_in.py",
    "Signed in {0} as an application of the tenant beginning with {1}.": "core/doctor/sign_in.py",
    "a {0}": "core/backends/demo/engine.py",
    "an {0}": "core/backends/demo/engine.py",
    "{0} ({1})": "core/imaging/archive.py",
    "{0} is {1}.": "core/imaging/refusals.py",
    "{0} of the files in the archive are left out: {1}.": "core/imaging/archive.py",
    "{0} of the files in the archive is left out: {1}.": "core/imaging/archive.py",
    "rescaled to HU with slope {0} and intercept {1}": "core/imaging/dicom_values.py",
    "{0} did not accept the key ({1}).": "core/backends/azure_failures.py",
    "{0} did not accept the token ({1}).": "core/backends/azure_failures.py",
    "{0} failed": "core/doctor/examination.py",
    "{0} stayed unknown": "core/doctor/examination.py",
    "{0} was skipped": "core/doctor/examination.py",
}
# Names, values that are typed or chosen as they are written, words of phrases, and what is for
# programs to read.
_AS_THEY_ARE = frozenset({
    "1 while the endpoint is left alone.", "Azure PowerShell", "AzureML Data Scientist",
    "HTTP {0}: {1}", "Microsoft Entra",
    "Microsoft.MachineLearningServices/workspaces/onlineEndpoints", "OpenSSL", "PyTorch", "Python",
    "Requests that may be under way.", "Requests that wait for a place.", "Requests under way.",
    "UriFile", "UriFolder", "Visual Studio Code", "and", "aorta", "atrium", "aud", "auto",
    "azure", "azureml://registries/azureml/models/{0}/versions/{1}", "browser", "certifi", "cli",
    "color", "cortex", "dark", "demo", "destra", "destro", "device", "disc", "dpi", "edema",
    "fet", "focus", "glioma", "hem", "highest", "hippocampus", "independent", "key", "left",
    "light", "local", "managed", "medimageparse", "melanoma", "mip-batch/{0}", "msal", "name",
    "nucleus", "overlay", "panels", "phrases", "properties", "provisioningState", "requests",
    "right", "safetensors", "secret", "server", "side by side", "sinistra", "sinistro", "streamlit",
    "torch", "transformers", "tumor", "urllib3",
    "uterus", "value", "warning", "workload", "workspace", "{0} UTC", "{0} {1} UTC",
    "{0} of the files in the archive are left out:",
    "{0} of the files in the archive is left out:", "{0}/inputs", "{0}/outputs-{1}",
    "{0}/score/action", "{0}/token/action",
})  # fmt: skip


@cache
def core_texts() -> dict[str, str]:
    """Each text, and where it stands."""
    files = sorted((ROOT / "core").rglob("*.py"))
    shown = [f for f in files if not f.relative_to(ROOT).as_posix().startswith(_LEFT_OUT)]
    errors = _error_names()
    flow = Flow(
        read_program(shown, ROOT, errors),
        shown=_SHOWN | dict.fromkeys(errors, ("what", "next_step")),
        shown_returns=_SHOWN_RETURNS,
        shown_constants=_SHOWN_CONSTANTS,
        shown_fields=_SHOWN_FIELDS,
    )
    windows = {f"window {name}: centre {{0}}, width {{1}}": _WINDOWS for name in _window_names()}
    groups = {group.title: "core/prompts/vocabulary.json" for group in vocabulary().groups}
    left_out = {*_AS_THEY_ARE, *core_names(), *(p for t in KNOWN for p in t.phrases)}
    found = {**flow.found, **windows, **groups, **_BY_HAND}
    return {text: place for text, place in found.items() if text not in left_out}


def core_names() -> dict[str, str]:
    """What a page may call a window or a direction, by itself: never in a sentence.

    A word such as "lung" is a window here and a phrase there, and phrases stay as they were typed.
    """
    axes = dict.fromkeys(("axial", "coronal", "sagittal", "stack"), "core/imaging/model.py")
    return axes | dict.fromkeys(_window_names(), _WINDOWS)


def _window_names() -> list[str]:
    return [window.name for window in (*READING_WINDOWS, *MODEL_WINDOWS)]


def _error_names() -> frozenset[str]:
    tree = ast.parse((ROOT / "core" / "errors.py").read_text("utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.ClassDef))
