"""What the command line says about the prompt."""

from __future__ import annotations

from collections.abc import Mapping

from dsk.records import NamedTuple


class TemplateSettings(NamedTuple):
    """A template, its placeholders not yet filled.

    ``params`` are defaults; ``given`` are texts ``K=V`` and ``K=@FILE``, each for a param that this template must have;
    ``common`` are such texts too, for any template, and hold for this one if it has such a param. ``advice`` is the
    hint where nothing is asked; empty: to look at the template.
    """

    name: str
    system: str | None = None
    prompt: str | None = None
    params: Mapping[str, str] = {}
    given: tuple[str, ...] = ()
    common: tuple[str, ...] = ()
    advice: str = ""


class PromptSettings(NamedTuple):
    """``ignore_stdin`` None means that nothing was said: DSK_STDIN decides. ``system_name`` is what the system
    message is called in an error; ``system`` goes before that of the template. ``lists_files``: of a folder or a
    pattern, the user is told which files were sent. ``image_detail`` is how closely the model is to look at images.
    ``advice`` is the hint where there is nothing to ask."""

    words: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    system: str | None = None
    system_name: str = "--system"
    editor: bool = False
    ignore_stdin: bool | None = None
    template: TemplateSettings | None = None
    lists_files: bool = False
    image_detail: str | None = None
    advice: str = 'try dsk ask "Tell me a story", or dsk ask -h'
