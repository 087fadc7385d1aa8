"""Finds the texts that pages, components and the viewer give to ``t``, and those that they do not.

A text must stand where it can be found: ``t("...")``, or ``t(NAME)`` and ``t(NAMES[key])`` with a
constant of the same file that holds literals.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from language_templates import readings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SEEN_THROUGH = frozenset({"plain", "join", "format"})
# Methods that draw, on whatever they are called: ``st``, a column, a container.
_DRAWS = frozenset({
    "Page", "badge", "button", "camera_input", "caption", "checkbox", "container", "data_editor",
    "dialog", "download_button", "error", "expander", "file_uploader", "form_submit_button",
    "header", "info", "link_button", "markdown", "metric", "multiselect", "number_input",
    "page_link", "pills", "popover", "progress", "radio", "segmented_control", "select_slider",
    "selectbox", "slider", "spinner", "status", "subheader", "success", "tabs", "text_area",
    "text_input", "toast", "toggle", "warning",
})  # fmt: skip
_DRAWS_ON_ST = frozenset({"text", "title", "write"})
_FIRST = frozenset({"body", "label", "tabs", "text", "title", "value"})
_SHOWN = _FIRST | {"caption", "help", "placeholder", "new_label", "delta"}
# Icons, colours and spacing of Markdown.
_MARKUP = re.compile(r":material/\w+:|:[a-z-]+\[|&\w+;|<[^>]*>|\{\d+\}")
_FIELDS = re.compile(r"\{(\w+)(?:![rs])?(?::[^{}]*)?\}")
_JS_CALL = re.compile(r"(?<![\w.$])t\(\s*")
_JS_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"(?:\s*\+\s*"(?:[^"\\]|\\.)*")*')
_JS_PART = re.compile(r'"((?:[^"\\]|\\.)*)"')


@dataclass
class Wrapped:
    """What a set of files gives to ``t``.

    Attributes:
        texts: Each text, and where it stands.
        complaints: Calls whose text cannot be found, or whose values are not those of its fields.
    """

    texts: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)


def fields_of(text: str) -> list[str]:
    """The names of the fields of a text, sorted."""
    return sorted(_FIELDS.findall(text))


def wrapped_in_python(files: list[Path]) -> Wrapped:
    """Look at the calls of ``t`` in files of Python."""
    found = Wrapped()
    for file in files:
        tree = ast.parse(file.read_text("utf-8"))
        constants = _constants(tree)
        for call in _calls(tree):
            if not (isinstance(call.func, ast.Name) and call.func.id == "t" and call.args):
                continue
            place = f"{file.name}:{call.lineno}"
            texts = _literals(call.args[0], constants)
            if not texts:
                found.complaints.append(f"{place}: t() takes a literal or a constant of its file")
            given = sorted(k.arg for k in call.keywords if k.arg)
            for text in texts:
                found.texts[text] = place
                if fields_of(text) != given and all(k.arg for k in call.keywords):
                    found.complaints.append(f"{place}: the fields of {text!r} are not {given}")
    return found


def wrapped_in_javascript(files: list[Path]) -> Wrapped:
    """Look at the calls of ``t`` in files of JavaScript: ``t("...")``, joined by + when long."""
    found = Wrapped()
    for file in files:
        source = file.read_text("utf-8")
        for call in _JS_CALL.finditer(source):
            if source[: call.start()].rstrip().endswith("function"):
                continue
            place = f"{file.name}:{source.count(chr(10), 0, call.start()) + 1}"
            text = _JS_TEXT.match(source, call.end())
            if text is None:
                found.complaints.append(f'{place}: t() takes a literal in "..."')
            else:
                parts = _JS_PART.findall(text.group())
                found.texts["".join(ast.literal_eval(f'"{part}"') for part in parts)] = place
    return found


def unwrapped(file: Path) -> list[str]:
    """Literals that a file draws without ``t``: where, and which."""
    tree = ast.parse(file.read_text("utf-8"))
    constants = _constants(tree)
    found = []
    for call in _calls(tree):
        for shown in _drawn(call):
            for node in _plainly(shown, constants):
                for text, _ in readings(node):
                    if re.search(r"[^\W\d_]{2}", _MARKUP.sub(" ", text)):
                        found.append(f"{file.name}:{node.lineno}: {text!r}")
    return found


def _drawn(call: ast.Call) -> Iterator[ast.expr]:
    """The arguments of a call that a reader sees."""
    if not isinstance(call.func, ast.Attribute) or "log" in ast.unparse(call.func.value):
        return
    name, on_st = call.func.attr, ast.unparse(call.func.value).split(".")[0] == "st"
    if name in _DRAWS or (on_st and (name in _DRAWS_ON_ST or name.endswith("Column"))):
        if name not in ("Page", "container"):  # of a page the first argument is the file
            yield from call.args[:1]
        yield from (k.value for k in call.keywords if k.arg in _SHOWN)


def _plainly(node: ast.expr, constants: dict[str, ast.expr]) -> Iterator[ast.expr]:
    """The literals in an expression that have not gone through ``t`` or ``told``."""
    if isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and isinstance(node.value, str)
    ):
        yield node
    if isinstance(node, ast.Name) and node.id in constants:
        yield from _plainly(constants[node.id], {})
    for part in _within(node):
        yield from _plainly(part, constants)


def _within(node: ast.expr) -> list[ast.expr]:
    """The parts of an expression that are shown as they are."""
    match node:
        case ast.JoinedStr(values=parts):
            return [part.value for part in parts if isinstance(part, ast.FormattedValue)]
        case ast.Call(func=func, args=parts) if _called(func) in _SEEN_THROUGH:
            return parts
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return [one, other]
        case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts):
            return parts
    return []


def _literals(node: ast.expr, constants: dict[str, ast.expr]) -> list[str]:
    """The texts that an argument of ``t`` can be; none when one of them cannot be found."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.Name(id=name) | ast.Subscript(value=ast.Name(id=name)):
            return _literals(constants[name], {}) if name in constants else []
        case ast.Call(func=ast.Attribute(attr="get", value=ast.Name(id=name))):
            return _literals(constants[name], {}) if name in constants else []
        case ast.IfExp(body=one, orelse=other):
            texts = [_literals(one, constants), _literals(other, constants)]
        case ast.Dict(values=parts) | ast.Tuple(elts=parts) | ast.List(elts=parts):
            texts = [_literals(part, constants) for part in parts]
        case _:
            return []
    return [text for found in texts for text in found] if all(texts) else []


def _constants(tree: ast.Module) -> dict[str, ast.expr]:
    """The constants of a file, by name."""
    found: dict[str, ast.expr] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _called(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else getattr(func, "attr", "")
