"""Which tool call a fragment belongs to, for servers that give no index, or the same index to every call."""

from __future__ import annotations


class Calls:
    """The tool calls of one choice so far."""

    def __init__(self) -> None:
        self._ids: dict[int, str] = {}
        self._at: dict[int, int] = {}
        self._last: int | None = None

    def place(self, said: int | None, call_id: str, name: str) -> int:
        """The index of a fragment's call. ``said`` is the server's index, None where it gives none.

        A known id leads to its call. A name begins a new call if it comes with another id than the call at that
        index has, or without any index. All else goes on with the call at that index, or with the last one.
        """
        place = self._last if said is None else self._at.get(said)
        if said is None and call_id:
            place = next((at for at, known in self._ids.items() if known == call_id), place)
        if place is None or (name and self._is_another(place, said, call_id)):
            place = said if said is not None and said not in self._ids else max(self._ids, default=-1) + 1
        if said is not None:
            self._at[said] = place
        self._last = place
        self._ids[place] = self._ids.get(place) or call_id
        return place

    def _is_another(self, place: int, said: int | None, call_id: str) -> bool:
        known = self._ids[place]
        return call_id != known if call_id and known else said is None
