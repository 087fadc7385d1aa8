"""Reads the files of a program for :mod:`language_flow`: what they assign, return and call."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from language_flow import Module, Program, Scope, called
from language_templates import readings

if TYPE_CHECKING:
    from pathlib import Path

# Texts for the log, for the README and for programs that collect numbers.
_NOT_FOR_READERS = frozenset({"Counter", "Gauge", "Histogram", "Setting"})
_NOT_FROM = frozenset({"_log", "logging", "re"})
_FOR_PROGRAMMERS = re.compile(r"[A-Z]\w*(Error|Exception|Warning)|LineTooLong")
_SENTENCE = re.compile(r"(?s)(?=.*[a-z]{2})[A-Z“\"{0-9].* .*[.?!:”}]")


def read_program(files: list[Path], root: Path, errors: frozenset[str]) -> Program:
    """Read files.

    Args:
        files: Of Python.
        root: The folder that their packages are in.
        errors: Names of the exceptions that carry sentences for readers.
    """
    program = Program()
    for file in files:
        path = file.relative_to(root)
        module = Module(path.as_posix())
        name = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
        program.modules[name] = module
        _Reader(program, module, errors).visit(ast.parse(file.read_text("utf-8")))
    return program


class _Reader(ast.NodeVisitor):
    def __init__(self, program: Program, module: Module, errors: frozenset[str]) -> None:
        self._program, self._module, self._errors = program, module, errors
        self._scope = module.top

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        for name in node.names:
            self._module.imports[name.asname or name.name] = node.module or ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        outer = self._scope
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        names = tuple(a.arg for a in arguments if a.arg not in ("self", "cls"))
        self._scope = Scope(self._module, node.name, names)
        self._program.functions.setdefault(node.name, []).append(self._scope)
        for part in (*node.body, *node.args.defaults):
            self.visit(part)
        self._scope = outer

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        named = [part for part in node.body if isinstance(part, ast.AnnAssign)]
        fields = tuple(part.target.id for part in named if isinstance(part.target, ast.Name))
        self._program.fields.setdefault(node.name, []).append(fields)
        members = [(self._scope, m.value) for m in node.body if isinstance(m, ast.Assign)]
        self._program.constants.setdefault(node.name, []).extend(members)
        for part in node.body:
            self.visit(part)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._scope.returns.append(node.value)
            self.visit(node.value)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.body)

    def visit_Assign(self, node: ast.Assign) -> None:
        if _is_message(node.targets[0]):
            return
        for target in node.targets:
            self._assign(target, node.value)
        self.visit(node.value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._assign(node.target, node.value)
            self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._assign(node.target, node.value)
        self.visit(node.value)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self._assign(node.target, node.value)
        self.visit(node.value)

    def visit_For(self, node: ast.For) -> None:
        self._assign(node.target, node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._assign(node.target, node.iter)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node)
        self._program.calls.setdefault(name, []).append((self._scope, node))
        if isinstance(node.func, ast.Attribute) and name in ("append", "insert", "extend"):
            self._assign(node.func.value, node.args[-1])
        if self._is_for_readers(node):
            for part in (node.func, *node.args, *(k for k in node.keywords if k.arg != "details")):
                self.visit(part)

    def visit_Compare(self, node: ast.Compare) -> None:
        """What is compared is shown to nobody."""

    def visit_Constant(self, node: ast.Constant) -> None:
        self._look_at(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self._look_at(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def _look_at(self, node: ast.expr) -> None:
        if any(_SENTENCE.fullmatch(text) for text, _ in readings(node)):
            self._program.sentences.append((self._scope, node))

    def _is_for_readers(self, call: ast.Call) -> bool:
        name = called(call)
        owner = call.func.value if isinstance(call.func, ast.Attribute) else None
        if name in _NOT_FOR_READERS or (isinstance(owner, ast.Name) and owner.id in _NOT_FROM):
            return False
        return name in self._errors or not _FOR_PROGRAMMERS.fullmatch(name)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Tuple(elts=targets):
                values = value.elts if isinstance(value, ast.Tuple) else [value] * len(targets)
                for one, its_value in zip(targets, values, strict=False):
                    self._assign(one, its_value)
            case ast.Name(id=name):
                self._scope.values.setdefault(name, []).append(value)
                if self._scope is self._module.top:
                    self._program.constants.setdefault(name, []).append((self._scope, value))
            case ast.Attribute(attr=name):
                self._module.top.values.setdefault(f".{name}", []).append(value)
            case ast.Subscript(value=whole):
                self._assign(whole, value)


def _is_message(target: ast.expr) -> bool:
    """Whether a text is put into ``message``, to be raised as an exception for programmers."""
    return isinstance(target, ast.Name) and target.id == "message"
