"""Our NamedTuple beside the one of typing."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from dsk import records


class Theirs(typing.NamedTuple):
    """Three fields."""

    first: int
    second: str = "two"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first} {self.second}"


class Ours(records.NamedTuple):
    """Three fields."""

    first: int
    second: str = "two"
    third: tuple[int, ...] = ()

    @property
    def both(self) -> str:
        return f"{self.first} {self.second}"


class Empty(records.NamedTuple):
    """No fields."""


def told(kind: Any, *args: object, **named: object) -> object:
    """All that is to be seen of a value; the error if there is none."""
    try:
        value = kind(*args, **named)
    except TypeError as error:
        return str(error).replace("Theirs", "Ours")
    return (
        repr(value).replace("Theirs", "Ours"),
        tuple(value),
        hash(value),
        value._asdict(),
        value._fields,
        value.__match_args__,
        value.both,
        value.__doc__,
        tuple(value._replace(second="other")),
        tuple(copy.deepcopy(value)),
        pickle.loads(pickle.dumps(value)) == value,
        hasattr(value, "__dict__"),
    )


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ((1,), {}),
        ((1, "x", (2,)), {}),
        ((), {"first": 1, "third": (3,)}),
        ((), {}),
        ((1,), {"first": 2}),
        ((1,), {"fourth": 2}),
        ((1, 2, 3, 4), {}),
    ],
)
def test_both_are_made_and_look_alike(args: tuple[object, ...], named: dict[str, object]) -> None:
    assert told(Ours, *args, **named) == told(Theirs, *args, **named)


def test_a_field_that_is_not_there_cannot_be_replaced() -> None:
    with pytest.raises(TypeError, match="fourth"):
        Ours(1)._replace(fourth=1)  # type: ignore[call-arg]


def test_fields_are_matched_by_their_order() -> None:
    match Ours(1, third=(2, 3)):
        case Ours(first, _, (_, last)):
            assert (first, last) == (1, 3)
        case _:
            pytest.fail("no match")


def test_fields_cannot_be_set() -> None:
    with pytest.raises(AttributeError):
        Ours(1).first = 2  # type: ignore[misc]


def test_one_without_fields_is_a_value_too() -> None:
    assert repr(Empty()) == "Empty()"
    assert Empty() == Empty()
    assert Empty()._asdict() == {}


def test_one_of_very_many_fields_is_a_value_too() -> None:
    fields = {f"field_{number}": int for number in range(40)}
    maker: Any = type(records.NamedTuple)
    many = maker("Many", (records.NamedTuple,), {"__annotations__": fields, "field_39": 7})
    value = many(*range(39))
    assert value == (*range(39), 7)
    assert (value.field_38, value._replace(field_0=5).field_0) == (38, 5)
