"""The request of each record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.map.batch import body_of, is_batch
from dsk.map.record import digest
from dsk.request.body import build

if TYPE_CHECKING:
    from dsk.map.prompting import Prompting
    from dsk.map.record import Record
    from dsk.request.options import RequestOptions


class Bodies:
    """Makes bodies of records; ``warn`` is told each warning once."""

    def __init__(
        self,
        prompting: Prompting,
        options: RequestOptions,
        warn: Callable[[str], None],
        put_schema: Callable[[dict[str, Any]], dict[str, Any]] | None,
        *,
        is_deepseek: bool,
    ) -> None:
        """``put_schema`` puts what an answer has to be into a body, if anything is said of that."""
        self._prompting = prompting
        self._options = options
        self._warn = warn
        self._put_schema = put_schema
        self._is_deepseek = is_deepseek
        self._warned: set[str] = set()

    @property
    def digest(self) -> str:
        """A short name for all that does not come from the record."""
        fields = build([], self._options, is_deepseek=self._is_deepseek, usage=True).fields
        if self._put_schema:
            fields = self._put_schema(fields)
        return digest([self._prompting.digest, fields])

    def of(self, record: Record) -> dict[str, Any]:
        """The fields of the body. Raises ``UsageFault`` if the record cannot be asked."""
        if record.trouble:
            raise UsageFault(record.trouble, hint=record.hint)
        if isinstance(record.value, dict) and is_batch(record.value):
            ways = self._options.ways
            asks_usage = not self._is_deepseek and (ways is None or ways.include_usage)
            return body_of(record.value, asks_usage=asks_usage)
        messages = self._prompting.messages(record)
        body = build(messages, self._options, is_deepseek=self._is_deepseek, usage=True)
        for warning in body.warnings:
            if warning not in self._warned:
                self._warned.add(warning)
                self._warn(warning)
        return self._put_schema(body.fields) if self._put_schema else body.fields
