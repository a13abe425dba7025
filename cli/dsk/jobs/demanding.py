"""The schema of an answer: read and checked before anything is sent, and put into a body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.prompt.files import read_file
from dsk.prompt.text import argument
from dsk.request.fields import is_set
from dsk.request.schema.asking import check_alone, put_schema
from dsk.request.schema.reading import file_named, read_schema
from dsk.request.schema.shape import wanted
from dsk.request.schema.strict import strict_form

if TYPE_CHECKING:
    from dsk.jobs.settling import Server
    from dsk.request.options import RequestOptions
    from dsk.request.schema.shape import Wanted

OPTION = "--schema"
OF_DEEPSEEK = "deepseek-"


def read_wanted(value: str) -> Wanted:
    """What the value of ``--schema`` asks for. Raises ``UsageFault`` with the place of what is wrong with it."""
    text = argument(value, OPTION)
    path = file_named(text)
    name = OPTION
    if path is not None:
        name = path
        text = read_file(path, f"{OPTION}: cannot read")
    schema = read_schema(text, name)
    asked = wanted(schema)
    # What a strict function takes is well-formed; for all else the library that knows the rules has to be loaded.
    if not strict_form(asked.schema):
        from dsk.exchange.judging import check_schema

        if trouble := check_schema(schema):
            raise UsageFault(
                f"{name} is no JSON Schema",
                trouble,
                hint="man dsk-ask has SCHEMAS; words such as name, age int are a schema too",
            )
    return asked


def check_beside(options: RequestOptions) -> None:
    """Raise ``UsageFault`` for options that go with no schema, before the messages are known."""
    has_prefix = options.prefix is not None or options.reasoning_prefix is not None
    check_alone(is_set("response_format", options.set), has_prefix=has_prefix)


def with_schema(fields: dict[str, Any], asked: Wanted, server: Server) -> dict[str, Any]:
    """A body that asks for it, in the way that the server takes. Raises ``UsageFault`` for what does not go with it."""
    mode = server.profile.schema_mode
    if server.is_deepseek and not str(fields.get("model")).startswith(OF_DEEPSEEK):
        # Another server, named by its URL alone: most have JSON mode, none has the path for strict functions.
        mode = "prompt"
    return put_schema(fields, asked, mode)
