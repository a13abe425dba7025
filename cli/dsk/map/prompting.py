"""What is asked of each record: words and template with the record's fields in their places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dsk.errors import UsageFault
from dsk.map.record import compact, digest
from dsk.prompt.compose import join
from dsk.prompt.placeholders import FIELD, OWN_NAMES, fill, names_in
from dsk.prompt.template import Filling, given_params, params_of
from dsk.records import NamedTuple

if TYPE_CHECKING:
    from dsk.map.record import Record
    from dsk.prompt.files import Part
    from dsk.prompt.settings import TemplateSettings

#: The placeholder ``{}``: the whole record.
WHOLE = ""
NO_FIELDS = "records with fields are --input csv, tsv or jsonl; this one is a text, and {} is its place"


class PromptTexts(NamedTuple):
    """What is the same for all records. ``documents``, texts and pictures, stand before each prompt."""

    words: str
    system: str | None
    documents: Sequence[Part]
    template: TemplateSettings | None


class Prompting:
    """Turns records into messages."""

    def __init__(self, texts: PromptTexts) -> None:
        """Raises ``UsageFault`` for a stray brace in the words, and for params that the template does not have."""
        self._texts = texts
        self._in_words = names_in(texts.words, FIELD)
        self._template = texts.template
        self._given: Mapping[str, str] = {}
        self._in_template: Sequence[str] = ()
        if self._template:
            self._in_template = params_of(self._template.system, self._template.prompt)
            self._given = given_params(self._template, self._in_template)
            self._template = self._template._replace(given=(), common=())

    @property
    def digest(self) -> str:
        """A short name for all that is the same for every record."""
        texts, template = self._texts, self._template
        own = [template.system, template.prompt, dict(template.params)] if template else []
        documents = [part if isinstance(part, str) else part.part() for part in texts.documents]
        return digest([texts.words, texts.system, documents, own, dict(self._given)])

    def messages(self, record: Record) -> list[dict[str, Any]]:
        """The messages that ask this. Raises ``UsageFault`` if the record lacks something, or leaves nothing to ask."""
        texts = self._texts
        fields = _fields(record.value)
        words = self._words(fields, record)
        if not (words or self._template) and isinstance(record.value, dict):
            return self._own(record.value)
        system = texts.system
        if self._template:
            filling = Filling(self._template._replace(params={**self._template.params, **fields, **self._given}))
            system = filling.system if system is None else system
            piped = fields.get("stdin", record.text) if filling.wants_stdin or not self._is_used(fields) else ""
            parts = filling.parts(piped, words)
            if not filling.wants_stdin:
                parts.insert(0, piped)
        else:
            parts = ["" if self._in_words else record.text, words]
        if not any(part.strip() for part in parts):
            raise UsageFault("there is no prompt", "all that would be in it is blank", hint="words say what to ask")
        return [*_system(system), self._user(parts)]

    def _words(self, fields: Mapping[str, str], record: Record) -> str:
        missing = [name for name in self._in_words if name != WHOLE and name not in fields]
        if missing:
            raise UsageFault(f"there is no field {missing[0]!r} in it", hint=_advice(missing[0], list(fields)))
        return fill(self._texts.words, {WHOLE: record.text, **fields}, FIELD)

    def _is_used(self, fields: Mapping[str, str]) -> bool:
        """Whether a part of the record has its place already."""
        asked = [name for name in self._in_template if name not in self._given]
        return bool(self._in_words) or any(name in fields for name in asked)

    def _own(self, value: dict[str, Any]) -> list[dict[str, Any]]:
        """The messages of a record that brings its own."""
        own = value.get("messages")
        if isinstance(own, list) and own:
            has_system = isinstance(own[0], dict) and own[0].get("role") == "system"
            return own if has_system else [*_system(self._texts.system), *own]
        prompt = value.get("prompt")
        if not (isinstance(prompt, str) and prompt.strip()):
            raise UsageFault(
                "there is neither prompt nor messages in it",
                hint=f"words say what to ask of it: {_places(list(value))}",
            )
        own_system = value.get("system")
        system = own_system if isinstance(own_system, str) else self._texts.system
        return [*_system(system), self._user([prompt])]

    def _user(self, asked: Sequence[str]) -> dict[str, Any]:
        parts: list[Part] = [*self._texts.documents, *asked]
        texts = [part for part in parts if isinstance(part, str)]
        if len(texts) == len(parts):
            return {"role": "user", "content": join(texts)}
        from dsk.prompt.images import content_of

        return {"role": "user", "content": content_of(parts)}


def check_words(texts: PromptTexts) -> None:
    """Raise ``UsageFault`` if the template wants words and there are none."""
    template = texts.template
    if template and "words" in names_in(template.prompt or "") and not texts.words.strip():
        raise UsageFault(
            f"the template {template.name} wants words",
            "none were given",
            hint=f"they come after it: dsk map -t {template.name} WORDS",
        )


def _fields(value: str | dict[str, Any]) -> dict[str, str]:
    """The fields as texts: a text as it is, null as an empty one, anything else as JSON."""
    if isinstance(value, str):
        return {}
    return {
        name: item if isinstance(item, str) else "" if item is None else compact(item) for name, item in value.items()
    }


def _system(text: str | None) -> list[dict[str, Any]]:
    return [{"role": "system", "content": text}] if text else []


def _advice(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    if near := get_close_matches(name, known, n=1):
        return f"did you mean {near[0]}?"
    return f"there are {', '.join(known)[:200]}" if known else NO_FIELDS


def _places(names: Sequence[str]) -> str:
    shown = [f"{{{name}}}" for name in names if FIELD.fullmatch(name) and name not in OWN_NAMES]
    return " ".join(shown[:5]) or "{} is the whole of it"
