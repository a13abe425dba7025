"""Where samples are taken: the load server, the proxy, a clean home, and the sizes of this run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.bench import frames, process
from tests.bench.plan import STAMP, Plan
from tests.bench.process import Run, RunError
from tests.bench.roster import CONTENDERS, Contender

_ROOT = Path(__file__).parents[2]
_LAUNCH = Path(__file__).with_name("launch.py")
ROUND_TRIP_MS = 50


class Sizes(NamedTuple):
    """How much of everything."""

    #: Seconds of one sample of delivery.
    delivery: float
    #: Tokens at full speed.
    flat_out: int
    #: Tokens at 100 a second, for CPU time; of fewer, what a start takes more or less would be the larger part.
    cpu: int
    #: Tokens of the two answers between which memory may grow.
    memory: tuple[int, int]
    #: Tokens whose writes are counted.
    writes: int
    #: Records for each of 1, 8, 64 and 256 at a time, as multiples of that.
    map_rates: tuple[int, int, int, int]
    #: Records whose CPU time counts.
    map_cpu: int
    #: Records, from few to many, between which memory may grow.
    map_memory: tuple[int, ...]


FULL = Sizes(
    delivery=2,
    flat_out=100_000,
    cpu=500,
    memory=(10_000, 1_000_000),
    writes=50,
    map_rates=(10, 10, 10, 4),
    map_cpu=1_000,
    map_memory=(1_000, 10_000, 100_000),
)
QUICK = Sizes(
    delivery=0.5,
    flat_out=20_000,
    cpu=500,
    memory=(10_000, 100_000),
    writes=20,
    map_rates=(8, 3, 1, 1),
    map_cpu=100,
    map_memory=(1_000, 10_000),
)


class Asked(NamedTuple):
    """A question that was asked and answered."""

    run: Run
    #: When the request's last byte was at the server, by the monotonic clock in ns.
    received: int


class Lab:
    """Takes samples; made by ``open_lab``."""

    def __init__(self, home: Path, server: subprocess.Popen[str], sizes: Sizes) -> None:
        self.home = home
        self.sizes = sizes
        #: Of those who have been looked for.
        self.versions: dict[str, str | None] = {}
        self._contenders = {each.name: each for each in CONTENDERS}
        self._server = server
        self._numbers = count(1)
        ports = self._line()
        self._http = f"http://127.0.0.1:{ports['http']}"
        self._tls_port = ports["https"]
        self._https = ""
        self.errors = home / "stderr"

    def open_proxy(self, stack: ExitStack) -> None:
        """Start the delaying proxy before the TLS port."""
        proxy = stack.enter_context(_helper("delay", str(self._tls_port), str(ROUND_TRIP_MS)))
        assert proxy.stdout is not None
        self._https = f"https://127.0.0.1:{int(proxy.stdout.readline())}"

    def contender(self, name: str) -> Contender:
        """By its name."""
        return self._contenders[name]

    def is_installed(self, name: str) -> bool:
        """Whether a contender is there and runs."""
        if name not in self.versions:
            self.versions[name] = self.contender(name).version(self.env())
        return self.versions[name] is not None

    def plan(self, tokens: int, *, rate: int = 0, burst: int = 1, think: int = 0) -> Plan:
        """A plan of its own for the next answer."""
        return Plan(next(self._numbers), tokens, rate, burst, think)

    def env(self) -> dict[str, str]:
        """An environment in which nothing of this machine's user can slow anyone down."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "NO_PROXY": "*",
            "DEEPSEEK_API_KEY": "x",
            "OPENAI_API_KEY": "x",
        }

    def ask(
        self,
        name: str,
        plan: Plan,
        *,
        tls: bool = False,
        keep: bool = True,
        wrapper: Sequence[str] = (),
    ) -> Asked:
        """Have the contender ask; raises ``RunError`` if its output is not the planned answer, whole."""
        contender = self.contender(name)
        url = (self._https if tls else self._http) + plan.path()
        env = {**self.env(), **contender.env(url, self.home), **(self._bundle() if tls else {})}
        run = process.run([*wrapper, *contender.command(url)], env, self.errors, keep=keep)
        _check(contender, plan, run)
        return Asked(run, self._received(plan))

    def run(self, argv: Sequence[str], *, status: int = 0) -> Run:
        """Run any program in the same environment; raises ``RunError`` if it ends with another status."""
        return process.run(argv, self.env(), self.errors, status=status)

    def peak_memory(self, name: str, plan: Plan) -> float:
        """Peak resident memory in MB (10^6 bytes) of a contender that asks; of its largest process, if it is many."""
        self.ask(name, plan, keep=False, wrapper=self.launcher)
        return self.launched_peak()

    @property
    def launcher(self) -> Sequence[str]:
        """Before a command line, it has the peak memory kept for ``launched_peak``."""
        return (sys.executable, "-I", "-S", str(_LAUNCH), str(self.home / "memory"))

    def launched_peak(self) -> float:
        """Peak resident memory in MB (10^6 bytes) of what ran last by the launcher."""
        return int((self.home / "memory").read_text()) * 1024 / 1e6

    def _bundle(self) -> Mapping[str, str]:
        """The authorities of the world and ours, for a bundle of one would load faster than it ever does."""
        path = self.home / "bundle.pem"
        if not path.exists():
            import certifi

            path.write_text(Path(certifi.where()).read_text() + (self.home / "ca.pem").read_text())
        names = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
        return dict.fromkeys(names, str(path)) | {"NODE_EXTRA_CA_CERTS": str(self.home / "ca.pem")}

    def _received(self, plan: Plan) -> int:
        while (report := self._line())["number"] != plan.number:
            continue
        return report["received"]

    def _line(self) -> dict[str, int]:
        assert self._server.stdout is not None
        line = self._server.stdout.readline()
        if not line:
            raise RuntimeError("the load server is gone")
        report: dict[str, int] = json.loads(line)
        return report


def _check(contender: Contender, plan: Plan, run: Run) -> None:
    if plan.rate:
        printed = run.output.count(STAMP)
        if printed != plan.tokens:
            raise RunError(f"{contender.name} printed {printed} tokens of {plan.tokens}")
        return
    whole = frames.stream_size(plan.tokens) if contender.raw else frames.text_size(plan.tokens)
    # A line end after the answer is a matter of taste.
    if run.size - whole not in (0, 1):
        raise RunError(f"{contender.name} printed {run.size} bytes of {whole}")


@contextmanager
def open_lab(sizes: Sizes) -> Iterator[Lab]:
    """A lab with its helpers running, for as long as the block."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="dsk-bench-")))
        lab = Lab(home, stack.enter_context(_helper("server", str(home))), sizes)
        lab.open_proxy(stack)
        yield lab


@contextmanager
def _helper(module: str, *args: str) -> Iterator[subprocess.Popen[str]]:
    command = (sys.executable, "-m", f"tests.bench.{module}", *args)
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as helper:
        try:
            yield helper
        finally:
            helper.kill()
