"""Every small change of a module that tests of its numbers should notice.

The changes are mutmut's, and some of our own that matter to statistics. Mutmut's runner isn't used:
it passes over what is decorated (properties, caches) and over constants of a module, and a standard
error and a margin are numbers too.
"""

import difflib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, ParentNodeProvider, PositionProvider
from mutmut.mutation.mutators import mutation_operators

Nodes = Iterator[cst.CSTNode]
_SWAPS = {
    "all": "any",
    "any": "all",
    "argmax": "argmin",
    "max": "min",
    "maximum": "minimum",
    "mean": "sum",
    "min": "max",
    "minimum": "maximum",
    "nanmean": "nansum",
    "nansum": "nanmean",
    "sum": "mean",
}
"""Functions by which others are replaced, besides what mutmut replaces."""

_CARE = ("dtype", "strict")
"""Arguments that hold numbers or guard against faults, and change no number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module with one change, in the body of a function or not.

    `was` and `became` are the lines changed, without their indent.
    """

    line: int
    in_function: bool
    was: str
    became: str
    code: str


def mutants_of(code: str) -> list[Mutant]:
    """Return the mutants of a module, each different from it and from the others."""
    wrapper = MetadataWrapper(cst.parse_module(code))
    found = _Changes()
    wrapper.visit(found)
    mutants: dict[str, Mutant] = {}
    for line, in_function, old, new in found.changes:
        mutated = wrapper.module.deep_replace(old, new).code
        if mutated != code and mutated not in mutants and _compiles(mutated):
            mutants[mutated] = _mutant(code, mutated, line, in_function)
    return [*mutants.values()]


class _Changes(cst.CSTVisitor):
    """Gathers changes, passing over what holds no numbers: types, decorators, texts and errors."""

    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    def __init__(self) -> None:
        super().__init__()
        self.changes: list[tuple[int, bool, cst.CSTNode, cst.CSTNode]] = []
        self._depth = 0

    def on_visit(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Annotation | cst.Decorator | cst.Import | cst.ImportFrom):
            return False
        if isinstance(node, cst.Raise) or _is_type(node) or _is_text(node):
            return False
        if isinstance(node, cst.Arg) and node.keyword and node.keyword.value in _CARE:
            return False
        self._depth += self._is_body(node)
        place = self.get_metadata(PositionProvider, node, None)
        if place is not None:
            line, inside = place.start.line, self._depth > 0
            self.changes += [(line, inside, node, other) for other in _changed(node)]
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        self._depth -= self._is_body(original_node)

    def _is_body(self, node: cst.CSTNode) -> bool:
        if not isinstance(node, cst.BaseSuite):
            return False
        return isinstance(self.get_metadata(ParentNodeProvider, node), cst.FunctionDef)


def _changed(node: cst.CSTNode) -> Nodes:
    for kind, operator in mutation_operators:
        if isinstance(node, kind):
            yield from (other for other in operator(node) if not _only_care(node, other))
    if isinstance(node, cst.Integer):
        yield cst.parse_expression(f"({node.evaluated_value - 1})")
    elif isinstance(node, cst.Float):
        yield cst.Float(repr(node.evaluated_value / 2))
    elif isinstance(node, cst.Name) and node.value in _SWAPS:
        yield cst.Name(_SWAPS[node.value])
    elif isinstance(node, cst.If):
        yield from (node.with_changes(test=cst.Name(always)) for always in ("True", "False"))
    elif isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        yield node.expression


def _is_type(node: cst.CSTNode) -> bool:
    """Whether a statement only names a type, such as `Counts = NDArray[np.float64]`."""
    if not isinstance(node, cst.Assign) or not isinstance(node.value, cst.Subscript):
        return False
    name = node.targets[0].target
    return isinstance(name, cst.Name) and name.value[0].isupper() and not name.value.isupper()


def _is_text(node: cst.CSTNode) -> bool:
    """Whether this is a text for people: it has spaces, is put together, or is a member's name."""
    if isinstance(node, cst.Assign) and isinstance(node.value, cst.SimpleString):
        name = node.targets[0].target
        return isinstance(name, cst.Name) and name.value.isupper()
    if isinstance(node, cst.FormattedString | cst.ConcatenatedString):
        return True
    return isinstance(node, cst.SimpleString) and " " in node.value


def _only_care(node: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Whether two calls differ only in how numbers are held, or in a guard against faults."""
    if not isinstance(node, cst.Call) or not isinstance(other, cst.Call):
        return False
    if isinstance(node.func, cst.Attribute) and node.func.attr.value == "astype":
        return True
    return _without_care(node) == _without_care(other)


def _without_care(call: cst.Call) -> list[cst.Arg]:
    return [arg for arg in call.args if arg.keyword is None or arg.keyword.value not in _CARE]


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except SyntaxError:
        return False
    return True


def _mutant(code: str, mutated: str, line: int, in_function: bool) -> Mutant:
    changed = [*difflib.unified_diff(code.splitlines(), mutated.splitlines(), n=0)][2:]
    return Mutant(
        line=line,
        in_function=in_function,
        was=_lines(changed, "-"),
        became=_lines(changed, "+"),
        code=mutated,
    )


def _lines(changed: Iterable[str], sign: str) -> str:
    return " ".join(line[1:].strip() for line in changed if line.startswith(sign))
