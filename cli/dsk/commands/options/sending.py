"""All settings of a command that sends, made of the values of its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dsk.commands.options.caching import caching
from dsk.commands.options.keeping import own_file
from dsk.commands.options.network import network_settings
from dsk.commands.options.output import output_settings
from dsk.commands.options.stopping import stops
from dsk.errors import UsageFault

if TYPE_CHECKING:
    from dsk.jobs.settings import Sending


def sending(command: str, params: Mapping[str, Any], origins: Mapping[str, str]) -> Sending:
    """All settings of a command that sends; ``origins`` is what ``option.sources`` gives. Raises ``UsageFault`` for
    flags that exclude each other."""
    from dsk.jobs.settings import Sending

    output = output_settings(params)
    network = network_settings(params, origins)
    if output.format == "raw" and network.retry_invalid and network.retry_invalid_origin == "flag":
        raise UsageFault(
            "--retry-invalid and --raw", "the frames are written as they come, once", hint="leave one of them out"
        )
    return Sending(
        command=command,
        network=network,
        output=output,
        stops=stops(params),
        record=own_file(params["record"], output),
        log=params["log"],
        cache=caching(params, origins),
    )
