"""``NamedTuple`` as typing has it, for the values that travel, but its classes are made in a fraction of the time.

typing and collections compile text for every class: each annotation, and the constructor. Of all that a run has to load
that took the most. Here the constructor is a copy of one with as many fields, which has been compiled with this file,
and methods are inherited.
"""

from __future__ import annotations

from collections import namedtuple
from types import FunctionType
from typing import TYPE_CHECKING, Any

__all__ = ["NamedTuple"]

if TYPE_CHECKING:
    from typing import NamedTuple
else:
    try:
        from collections import _tuplegetter as _field
    except ImportError:

        def _field(index: int, doc: str | None) -> property:
            return property(lambda record: record[index], doc=doc)

    class _Maker(type):
        """Makes the class whose fields are the annotations of its body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            fields = tuple(body.get("__annotations__", ()))
            defaults = tuple([body.pop(field) for field in fields if field in body])
            made_by = _CONSTRUCTORS[len(fields)] if len(fields) < len(_CONSTRUCTORS) else _constructor(len(fields))
            code = made_by.__code__.replace(co_varnames=("_cls", *fields))
            body["__new__"] = new = FunctionType(code, made_by.__globals__, "__new__", defaults)
            new.__qualname__ = f"{name}.__new__"
            for index, field in enumerate(fields):
                body[field] = _field(index, None)
            body["__slots__"] = ()
            body["_fields"] = body["__match_args__"] = fields
            return super().__new__(cls, name, bases, body)

    _make = tuple.__new__
    #: By the number of fields.
    _CONSTRUCTORS = (
        lambda _cls: _make(_cls, ()),
        lambda _cls, a: _make(_cls, (a,)),
        lambda _cls, a, b: _make(_cls, (a, b)),
        lambda _cls, a, b, c: _make(_cls, (a, b, c)),
        lambda _cls, a, b, c, d: _make(_cls, (a, b, c, d)),
        lambda _cls, a, b, c, d, e: _make(_cls, (a, b, c, d, e)),
        lambda _cls, a, b, c, d, e, f: _make(_cls, (a, b, c, d, e, f)),
        lambda _cls, a, b, c, d, e, f, g: _make(_cls, (a, b, c, d, e, f, g)),
        lambda _cls, a, b, c, d, e, f, g, h: _make(_cls, (a, b, c, d, e, f, g, h)),
        lambda _cls, a, b, c, d, e, f, g, h, i: _make(_cls, (a, b, c, d, e, f, g, h, i)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j: _make(_cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k: _make(_cls, (a, b, c, d, e, f, g, h, i, j, k)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m: _make(_cls, (a, b, c, d, e, f, g, h, i, j, k, m)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n: _make(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p: _make(_cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p)),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q: _make(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r: _make(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s: _make(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t: _make(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u: _make(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u)
        ),
        lambda _cls, a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v: _make(
            _cls, (a, b, c, d, e, f, g, h, i, j, k, m, n, p, q, r, s, t, u, v)
        ),
    )

    def _constructor(count: int) -> Any:
        """One with more fields than these."""
        return namedtuple("_Template", [f"field{number}" for number in range(count)]).__new__

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
