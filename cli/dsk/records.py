"""``NamedTuple`` as typing has it, for the values that travel, but its classes are made in a fraction of the time.

typing and collections compile text for every class: each annotation, and the constructor. Of all that a run has to load
that took the most. Here the constructor is a copy of one with as many fields, and methods are inherited.
"""

from __future__ import annotations

from collections import namedtuple
from functools import cache
from types import FunctionType
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:

    class _Maker(type):
        """Makes the class whose fields are the annotations of its body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            defaults = tuple(body.pop(field) for field in fields if field in body)
            template = _template(len(fields))
            code = template.__new__.__code__.replace(co_varnames=("_cls", *fields))
            body["__new__"] = new = FunctionType(code, template.__new__.__globals__, "__new__", defaults)
            new.__qualname__ = f"{name}.__new__"
            body.update(zip(fields, map(vars(template).get, template._fields), strict=True))
            return super().__new__(
                cls, name, bases, body | {"__slots__": (), "_fields": fields, "__match_args__": fields}
            )

    @cache
    def _template(count: int) -> Any:
        """A class with so many fields."""
        return namedtuple("_Template", [f"field{number}" for number in range(count)])

    class NamedTuple(tuple, metaclass=_Maker):
        """What all of them can do."""

        def _replace(self, /, **changes: Any) -> NamedTuple:
            new = type(self)(*map(changes.pop, self._fields, self))
            if changes:
                raise TypeError(f"{type(self).__name__} has no fields {', '.join(changes)}")
            return new

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self._asdict().items())})"

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)
