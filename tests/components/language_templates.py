"""Turns the strings of a program into templates with numbered gaps, as the catalogue has them."""

from __future__ import annotations

import ast
import re
from itertools import chain, product

# A field of a constant that is filled later, such as ``{limit:.2f}``.
_FIELD = re.compile(r"\{[A-Za-z_]\w*(?:![rs])?(?::[^{}]*)?\}")
# Names of settings, headers and packages, commands, addresses: the same in every language.
_CODE = re.compile(
    r"[a-z0-9]*[_/:.=][\w/:.=-]*|[A-Z0-9]{2,}(_[A-Z0-9]+)*|[a-z0-9]+(-[a-z0-9]+)+|\[\w+\]"
    r"|(az|pip|python) .*|online-(endpoint|deployment) .*|Bearer .*"
)

Part = str | ast.expr
Template = tuple[str, list[ast.expr]]


def readings(node: ast.expr) -> list[Template]:
    """The templates that an expression can give, each with what fills its gaps."""
    return [_numbered(parts) for parts in _parts(node)]


def is_readable(text: str) -> bool:
    """Whether a template holds a word; codes, units and file endings do not."""
    words = re.sub(r"\{\d+\}", " ", text)
    return bool(re.search(r"[^\W\d_]{3}", words)) and not _CODE.fullmatch(text)


def _parts(node: ast.expr) -> list[list[Part]]:
    match node:
        case ast.Constant(value=str(text)):
            return [_split(text)]
        case ast.JoinedStr():
            return [list(chain(*parts)) for parts in product(*map(_inside, node.values))]
        case ast.BinOp(op=ast.Add()):
            left, right = _parts(node.left), _parts(node.right)
            if left or right:
                return [a + b for a in left or [[node.left]] for b in right or [[node.right]]]
    return []


def _inside(node: ast.expr) -> list[list[Part]]:
    """The parts of one piece of an f-string; two words to choose from give two readings."""
    match node:
        case ast.Constant(value=str(text)):
            return [[text]]
        case ast.FormattedValue(value=ast.IfExp(body=one, orelse=other)):
            if _parts(one) and _parts(other):
                return [*_parts(one), *_parts(other)]
    return [[getattr(node, "value", node)]]


def _split(text: str) -> list[Part]:
    """A constant, which may be a template with named fields that is filled later."""
    parts: list[Part] = []
    end = 0
    for gap in _FIELD.finditer(text):
        parts += [text[end : gap.start()], ast.Constant(None)]
        end = gap.end()
    return [*parts, text[end:]]


def _numbered(parts: list[Part]) -> Template:
    """Write the gaps as numbers; braces that are meant are doubled."""
    gaps = [part for part in parts if not isinstance(part, str)]
    numbers = iter(range(len(gaps)))
    text = "".join(
        part.replace("{", "{{").replace("}", "}}")
        if isinstance(part, str)
        else f"{{{next(numbers)}}}"
        for part in parts
    )
    return text.strip(), gaps
