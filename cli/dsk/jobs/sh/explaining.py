"""A proposed command explained by the model that proposed it, by the template ``explain``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dsk.jobs.asking import ask
from dsk.jobs.settings import FromTemplate, Stops
from dsk.jobs.templates.opening import open_template
from dsk.prompt.settings import PromptSettings, TemplateSettings

if TYPE_CHECKING:
    from dsk.jobs.asking import AskSettings
    from dsk.jobs.sh.this_system import ThisSystem
    from dsk.world import World

TEMPLATE = "explain"


def explain(command: str, settings: AskSettings, system: ThisSystem, world: World) -> None:
    """Ask for an explanation and write it to stdout as it arrives. Raises what ``ask`` raises."""
    template = open_template(TEMPLATE, world.env)
    words = f"A command line for {system.name} on {system.os}:\n\n{command}"
    sending = settings.sending
    ask(
        settings._replace(
            prompt=PromptSettings(
                words=(words,),
                ignore_stdin=True,
                template=TemplateSettings(template.name, template.system, template.prompt, template.params),
            ),
            from_template=FromTemplate(),
            sending=sending._replace(output=sending.output._replace(extract=None), stops=Stops()),
        ),
        world,
    )
