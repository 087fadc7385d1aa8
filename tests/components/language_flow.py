"""Finds every text of ``core`` that can reach a reader, by following where texts come from.

It starts at the places of which a reader sees what is put in (the sentences of an error, the text
of a notice, the steps of a frame), and goes back along names, parameters, returns and constants.
Any other string that reads like a sentence is taken too, so that none is missed by its way.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

from language_templates import is_readable, readings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(eq=False)
class Scope:
    """A function, or a module outside its functions."""

    module: Module
    name: str = ""
    parameters: tuple[str, ...] = ()
    values: dict[str, list[ast.expr]] = field(default_factory=dict)
    returns: list[ast.expr] = field(default_factory=list)


@dataclass(eq=False)
class Module:
    """One file, read."""

    path: str
    top: Scope = field(init=False)
    imports: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.top = Scope(self)


@dataclass
class Program:
    """What the files define and call, by name, and which strings in them are sentences."""

    modules: dict[str, Module] = field(default_factory=dict)
    functions: dict[str, list[Scope]] = field(default_factory=dict)
    fields: dict[str, list[tuple[str, ...]]] = field(default_factory=dict)
    constants: dict[str, list[tuple[Scope, ast.expr]]] = field(default_factory=dict)
    calls: dict[str, list[tuple[Scope, ast.Call]]] = field(default_factory=dict)
    sentences: list[tuple[Scope, ast.expr]] = field(default_factory=list)


class Flow:
    """The texts of a program that reach a reader.

    Args:
        program: All of it.
        shown: Function or class -> the parameters or fields of it that a reader gets to see.
        shown_returns: Functions of which a reader sees what they return.
        shown_constants: Constants and enumerations that a reader sees.
        shown_fields: Fields that a reader sees, whatever the class.
    """

    def __init__(
        self,
        program: Program,
        *,
        shown: Mapping[str, tuple[str, ...]],
        shown_returns: Iterable[str],
        shown_constants: Iterable[str],
        shown_fields: frozenset[str],
    ) -> None:
        self.found: dict[str, str] = {}
        self._program = program
        self._wanted: list[tuple[Scope, ast.expr]] = list(program.sentences)
        self._seen: set[int] = set()
        self._asked: set[tuple[str, str, Module | None]] = set()
        for name, parameters in shown.items():
            for parameter in parameters:
                self._want_parameter(name, parameter)
        self._want_fields(shown_fields)
        for name in shown_returns:
            self._follow_returns(program.functions[name])
        for name in shown_constants:
            for scope, value in program.constants[name]:
                self._follow(scope, value)
        while self._wanted:
            scope, node = self._wanted.pop()
            self._note(scope, node)
            self._trace(scope, node)

    def _want_fields(self, names: frozenset[str]) -> None:
        """Follow what fields and variables of these names are given."""
        for kind, orders in self._program.fields.items():
            for parameter in names.intersection(chain(*orders)):
                self._want_parameter(kind, parameter)
        for scope in chain(*self._program.functions.values()):
            for name in names & scope.values.keys():
                self._follow(scope, *scope.values[name])

    def _follow(self, scope: Scope, *nodes: ast.expr) -> None:
        """Have expressions looked at whose text a reader gets to see."""
        for node in nodes:
            if id(node) not in self._seen:
                self._seen.add(id(node))
                self._wanted.append((scope, node))

    def _follow_returns(self, functions: Iterable[Scope]) -> None:
        for function in functions:
            self._follow(function, *function.returns)

    def _note(self, scope: Scope, node: ast.expr) -> None:
        for text, gaps in readings(node):
            if is_readable(text):
                self.found.setdefault(text, f"{scope.module.path}:{node.lineno}")
            self._follow(scope, *gaps)

    def _trace(self, scope: Scope, node: ast.expr) -> None:
        match node:
            case ast.Name(id=name):
                self._trace_name(scope, name)
            case ast.Attribute(attr=name):
                self._follow_returns(self._program.functions.get(name, ()))
                self._follow(scope, *scope.module.top.values.get(f".{name}", ()))
            case ast.Call():
                self._trace_call(scope, node)
            case ast.Subscript(value=value) | ast.Starred(value=value):
                self._follow(scope, value)
            case ast.Dict(values=values) | ast.BoolOp(values=values):
                self._follow(scope, *values)
            case ast.Tuple(elts=parts) | ast.List(elts=parts) | ast.Set(elts=parts):
                self._follow(scope, *parts)
            case ast.IfExp(body=one, orelse=other):
                self._follow(scope, one, other)
            case ast.GeneratorExp(elt=part) | ast.ListComp(elt=part):
                self._follow(scope, part)

    def _trace_name(self, scope: Scope, name: str) -> None:
        self._follow(scope, *scope.values.get(name, ()))
        if name in scope.parameters:
            self._want_parameter(scope.name, name, scope.module)
        elif name not in scope.values:
            module = self._program.modules.get(scope.module.imports.get(name, ""), scope.module)
            self._follow(module.top, *module.top.values.get(name, ()))

    def _trace_call(self, scope: Scope, call: ast.Call) -> None:
        name = called(call)
        is_method = isinstance(call.func, ast.Attribute)
        self._follow_returns(
            function
            for function in self._program.functions.get(name, ())
            if is_method or self._sees(scope.module, name, function.module)
        )
        if name in ("tuple", "list", "fromkeys", "sorted", "next", "format", "join", "get"):
            self._follow(scope, *call.args, *(keyword.value for keyword in call.keywords))
        if isinstance(call.func, ast.Attribute):
            self._follow(scope, call.func.value)

    def _want_parameter(self, name: str, parameter: str, module: Module | None = None) -> None:
        """Follow what every call of a function or class gives for one of its parameters."""
        if (name, parameter, module) in self._asked:
            return
        self._asked.add((name, parameter, module))
        functions = self._program.functions.get(name, ())
        orders = [*self._program.fields.get(name, ()), *(f.parameters for f in functions)]
        known = [order.index(parameter) for order in orders if parameter in order]
        places = known or [("what", "next_step").index(parameter)]  # of an error
        for scope, call in self._program.calls.get(name, ()):
            if module is not None and not self._sees(scope.module, name, module):
                continue
            self._follow(scope, *(k.value for k in call.keywords if k.arg == parameter))
            for place in places:
                before = call.args[: place + 1]
                spread = [argument for argument in before if isinstance(argument, ast.Starred)]
                self._follow(scope, *(spread or before[place:]))

    def _sees(self, module: Module, name: str, other: Module) -> bool:
        """Whether a name in one module is what another defines."""
        return module is other or self._program.modules.get(module.imports.get(name, "")) is other


def called(call: ast.Call) -> str:
    """The name of what is called, without what it belongs to."""
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
