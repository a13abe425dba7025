"""Answers from the cache: looked for by what is asked, played in the place of a server, kept where they are proven."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from dsk.errors import LocalFault
from dsk.exchange.question import Question
from dsk.jobs.playing import Player
from dsk.output.notes import note, warn
from dsk.output.opening import described
from dsk.request.canonical import canonical
from dsk.state.cache.limits import limits_of
from dsk.state.cache.reading import file_of, opened, pieces, touch
from dsk.state.cache.seal import Unsound, unseal
from dsk.state.config import load
from dsk.state.paths import answers_folder
from dsk.stream.recording.reading import Damaged, read_pieces
from dsk.stream.recording.steps import Opened, Recording

if TYPE_CHECKING:
    from dsk.ending import Ending
    from dsk.exchange.source import Transport
    from dsk.jobs.cache_keeping import Keeper
    from dsk.jobs.settings import Caching
    from dsk.world import World

# Another one whenever the same key would stand for another question than before.
SCHEME = b"1"
# The part of the cache that a process may fill before it prunes.
SHARE = 8


def key_of(question: Question, base_url: str) -> str:
    """The name of what is asked, and of whom: no key and no header is in it, and the path follows from the body."""
    return hashlib.sha256(b"\n".join((SCHEME, base_url.encode(), canonical(question.fields)))).hexdigest()


def missed() -> LocalFault:
    """There is no answer, and no server is to be asked."""
    return LocalFault(
        "the answer is not in the cache",
        "--cache-only asks no server",
        hint="--cache asks where there is no answer yet; dsk cache list shows those that there are",
    )


class Cache:
    """The cache as one run uses it, for any number of questions, from any thread."""

    def __init__(self, wish: Caching, world: World, say: Callable[[str], None] | None = None) -> None:
        """``say`` tells the user of what is wrong with the cache, where a plain warning would not do."""
        self.folder = answers_folder(world.env)
        self._limits = limits_of(load(world.env).cache)
        self._wish = wish
        self._world = world
        self._say = say or (lambda text: warn([text], world))
        self._stored = 0
        self._is_lost = False
        self._pruning = threading.Lock()

    def look(self, question: Question, base_url: str) -> Cached:
        """What there is for this question."""
        key = key_of(question, base_url)
        found = None if self._wish.mode == "refresh" else self._find(key)
        fault = missed() if found is None and self._wish.mode == "only" else None
        return Cached(self, key, question, found, fault)

    def stored(self, size: int) -> None:
        """An answer of so many bytes was put there: see to it that there are not too many."""
        if not self._pruning.acquire(blocking=False):
            return
        from dsk.state.cache.pruning import prune, prune_sometimes

        try:
            self._stored += size
            # Between two looks at the whole folder, one process cannot fill it far beyond the limit.
            is_much = self._stored > self._limits.size // SHARE
            (prune if is_much else prune_sometimes)(self.folder, self._limits, time.time())
            self._stored = 0 if is_much else self._stored
        except OSError as error:
            self._say(f"the cache is not pruned: {described(error)}")
        finally:
            self._pruning.release()

    def lose(self, error: OSError) -> None:
        """Something cannot be kept: that is told once."""
        if not self._is_lost:
            self._is_lost = True
            self._say(f"the answer is not kept in the cache: {self.folder}: {described(error)}")

    def tell(self, text: str) -> None:
        """Tell a user who wants to see what is done."""
        if self._world.is_debugging:
            note(text, self._world)

    def _find(self, key: str) -> Recording | None:
        path = file_of(self.folder, key)
        try:
            found = opened(path)
            if found is None:
                self.tell(f"not in the cache: {path}")
                return None
            file, written = found
            with file:
                now = time.time()
                if self._wish.ttl is not None and now - written > self._wish.ttl:
                    self.tell(f"too old in the cache: {path}")
                    return None
                recording = _checked(read_pieces(pieces(file, unseal(file, key))))
        except OSError as error:
            self._say(f"the cache is left out: cannot read {path}: {described(error)}")
            return None
        except (Unsound, Damaged) as error:
            self._say(f"the cache is left out: {path} is damaged: {error}")
            return None
        touch(path, written, now)
        self.tell(f"cached: {path}")
        return recording


class Cached:
    """One question and the cache: the answer that is there, or the one that comes, kept if it is whole."""

    def __init__(
        self, cache: Cache, key: str, question: Question, found: Recording | None, fault: LocalFault | None
    ) -> None:
        #: Why the question cannot be asked, if that is so: there is no answer, and no server is to be asked.
        self.fault = fault
        self._cache = cache
        self._key = key
        self._question = question
        self._found = found
        self._keeper: Keeper | None = None

    @property
    def is_hit(self) -> bool:
        """Whether the answer is there."""
        return self._found is not None

    def over(self, transport: Transport, begun: float, secret: str | None) -> Transport:
        """The transport to ask: one that plays what was found, else this one, which is listened to. ``begun`` is when
        the run began, in seconds of ``time.monotonic``; ``secret`` is never written."""
        if self._found:
            return Player(self._found, 0)
        from dsk.jobs.cache_keeping import Keeper

        self._keeper = Keeper(self._cache, self._key, self._question, transport, begun, secret)
        return self._keeper

    def end(self, ending: Ending) -> None:
        """Keep the answer, or nothing of it."""
        if self._keeper:
            self._keeper.end(ending)


def _checked(recording: Recording) -> Recording:
    """The same. Raises ``Damaged`` if it is not what is kept here."""
    steps = recording.streams[0].steps if len(recording.streams) == 1 else ()
    if not (recording.end and steps and isinstance(steps[0], Opened)):
        raise Damaged(1, "it has not one whole stream")
    return recording
