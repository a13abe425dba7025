"""A regular expression as a program of small steps, for ``matching`` to follow through a text that still arrives.

Python's own parser says what an expression means, so that its whole syntax is understood; what no finite number of
steps can follow (back-references, and what tells the engine how to backtrack) is refused. Only where a repetition is
of what may be empty, and would rather be, as in ``(?:|a)+``, may a match be another than Python's.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

from dsk.errors import UsageFault
from dsk.records import NamedTuple

# Private, but unchanged in what is used here since Python 3.6; nothing public gives the meaning of an expression.
_PARSER: Any = re._parser if hasattr(re, "_parser") else re.sre_parse  # type: ignore[attr-defined]

#: Where every program ends.
MATCH = 0
#: Counted repetitions are written out, so that ``(a{1000}){1000}`` would fill the memory.
MAX_STEPS = 20_000

_CATEGORIES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
}
_REFUSED = {
    "GROUPREF": "back-references are not supported",
    "GROUPREF_EXISTS": "conditional groups are not supported",
    "ATOMIC_GROUP": "atomic groups are not supported",
    "POSSESSIVE_REPEAT": "possessive quantifiers are not supported",
}
_OF_A_CHARACTER = re.ASCII | re.IGNORECASE | re.DOTALL


class Atom(NamedTuple):
    """One character, which has to match ``one``."""

    one: re.Pattern[str]
    then: int


class Split(NamedTuple):
    """Several ways to go on, the preferred ones first."""

    ways: tuple[int, ...]


class Begin(NamedTuple):
    """The beginning of the text."""

    then: int


class End(NamedTuple):
    """The end of the text."""

    then: int


class Look(NamedTuple):
    """The program at ``entry`` matches, or does not if ``negated``, what begins ``back`` characters before."""

    entry: int
    negated: bool
    back: int
    then: int


Step: TypeAlias = Atom | Split | Begin | End | Look


class Program(NamedTuple):
    """Steps, which name each other by their place. The one at ``MATCH`` is never read.

    ``reach`` says how many characters before a place decide, at most, which steps can be taken there.
    """

    steps: list[Step]
    entry: int
    reach: int


def build(pattern: re.Pattern[str]) -> Program:
    """The program of a pattern. Raises ``UsageFault`` if it is not supported or too large."""
    builder = _Builder()
    entry = builder.sequence(_PARSER.parse(pattern.pattern, pattern.flags), pattern.flags, MATCH, 0)
    return Program(builder.steps, entry, builder.reach)


class _Builder:
    """Writes programs from their end: each step is told where to go on. ``depth`` is how far lookbehinds go back."""

    def __init__(self) -> None:
        self.steps: list[Step] = [Split(())]
        self.reach = 0

    def sequence(self, nodes: Any, flags: int, then: int, depth: int) -> int:
        for node in reversed(list(nodes)):
            then = self._node(node, flags, then, depth)
        return then

    def _node(self, node: Any, flags: int, then: int, depth: int) -> int:
        operation, value = node
        match operation.name:
            case "LITERAL" | "NOT_LITERAL" | "ANY" | "IN" as name:
                return self._add(Atom(re.compile(_character(name, value), flags & _OF_A_CHARACTER), then))
            case "SUBPATTERN":
                _, added, removed, nodes = value
                return self.sequence(nodes, (flags | added) & ~removed, then, depth)
            case "BRANCH":
                return self._add(Split(tuple([self.sequence(way, flags, then, depth) for way in value[1]])))
            case "MAX_REPEAT" | "MIN_REPEAT" as name:
                return self._repeat(value, name == "MAX_REPEAT", flags, then, depth)
            case "ASSERT" | "ASSERT_NOT" as name:
                direction, nodes = value
                back = nodes.getwidth()[0] if direction < 0 else 0
                self.reach = max(self.reach, depth + back)
                entry = self.sequence(nodes, flags, MATCH, depth + back)
                return self._add(Look(entry, name == "ASSERT_NOT", back, then))
            case "AT":
                return self._place(value.name, flags, then, depth)
            case "FAILURE":
                return self._add(Split(()))
            case name:
                raise UsageFault(
                    "--until",
                    _REFUSED.get(name, f"{name} is not supported"),
                    hint="dsk ask --help and man dsk-ask tell what is: --until",
                )

    def _repeat(self, value: Any, greedy: bool, flags: int, then: int, depth: int) -> int:
        least, most, nodes = value
        after = then
        if most is _PARSER.MAXREPEAT:
            loop = self._add(Split(()))
            body = self.sequence(nodes, flags, loop, depth)
            self.steps[loop] = _choice(greedy, body, after)
            # Entered by a choice of its own: a body that matches nothing is then left at once, as Python does.
            then = self._add(_choice(greedy, body, after))
        else:
            for _ in range(most - least):
                then = self._add(_choice(greedy, self.sequence(nodes, flags, then, depth), after))
        for _ in range(least):
            then = self.sequence(nodes, flags, then, depth)
        return then

    def _place(self, name: str, flags: int, then: int, depth: int) -> int:
        if name in {"AT_BEGINNING", "AT_BEGINNING_STRING"}:
            self.reach = max(self.reach, depth + 1)
            begin = self._add(Begin(then))
            if name == "AT_BEGINNING_STRING" or not flags & re.MULTILINE:
                return begin
            return self._add(Split((begin, self._look("\n", flags, then, back=1))))
        if name in {"AT_BOUNDARY", "AT_NON_BOUNDARY"}:
            self.reach = max(self.reach, depth + 1)
            is_edge = name == "AT_BOUNDARY"
            after_word = self._look(r"\w", flags, self._look(r"\w", flags, then, negated=is_edge), back=1)
            other = self._look(r"\w", flags, then, negated=not is_edge)
            return self._add(Split((after_word, self._look(r"\w", flags, other, back=1, negated=True))))
        if name == "AT_END_STRING":
            return self._add(End(then))
        # Before a newline: any in a text of lines, else the one that ends the text.
        end = self._add(End(MATCH))
        newline = self._add(Atom(re.compile("\n"), MATCH if flags & re.MULTILINE else end))
        return self._add(Look(self._add(Split((end, newline))), False, 0, then))

    def _look(self, one: str, flags: int, then: int, *, back: int = 0, negated: bool = False) -> int:
        entry = self._add(Atom(re.compile(one, flags & re.ASCII), MATCH))
        return self._add(Look(entry, negated, back, then))

    def _add(self, step: Step) -> int:
        if len(self.steps) >= MAX_STEPS:
            raise UsageFault("--until", "the expression is too large", hint="use smaller counts than {1000}")
        self.steps.append(step)
        return len(self.steps) - 1


def _choice(greedy: bool, again: int, on: int) -> Split:
    return Split((again, on) if greedy else (on, again))


def _character(name: str, value: Any) -> str:
    """An expression for one character."""
    if name == "ANY":
        return "."
    if name == "IN":
        return f"[{''.join([_member(*member) for member in value])}]"
    return f"[{'^' if name == 'NOT_LITERAL' else ''}{_escape(value)}]"


def _member(operation: Any, value: Any) -> str:
    match operation.name:
        case "NEGATE":
            return "^"
        case "RANGE":
            return f"{_escape(value[0])}-{_escape(value[1])}"
        case "CATEGORY":
            return _CATEGORIES[value.name]
        case _:
            return _escape(value)


def _escape(code: int) -> str:
    return f"\\U{code:08x}"
