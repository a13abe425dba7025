"""``--record`` and ``dsk replay``: a recording gives the same stdout, stderr and status, whatever went wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sseclient import SSEClient

from dsk.scripted.faults import KINDS, parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY, Dsk, Result

Serve = Callable[[Script], ScriptedServer]
TEXT = "Once upon a time a lighthouse keeper owned one kettle, and the kettle had opinions.\n\nGrüße 👩‍🚀 世界."
FORMATS = ["text", "json", "jsonl", "raw"]
NOWHERE = "http://127.0.0.1:9/"


def shown(name: str) -> list[str]:
    """The fault, after a cut where it is one of resumptions alone."""
    kind = KINDS[name]
    argument = {"[SECONDS]": "=0", "N": "=9", "URL": f"={NOWHERE}", "REASON": "=aborted"}.get(kind.argument, "")
    return [*(["drop-after=9x1"] if kind.applies == "prefix" else []), name + argument]


EVERY_FAULT = {name: shown(name) for name in KINDS}
# What comes after a first failure: another request, or a resumption.
ONCE = {
    name: [f"{faults[0]}x1"]
    for name, faults in EVERY_FAULT.items()
    if KINDS[name].slot in ("end", "garbage", "finish") or name in ("429", "503", "drop", "stall")
}
MORE = {
    "cut before the first token": ["drop-after=0x1"],
    "cut and busy": ["drop-after=9x1", "503=0x2"],
    "cut in gzip": ["gzip=always", "drop-after=9x1"],
    "cut without a length": ["close-delimited", "drop-after=9x1"],
    "cut in every way": ["tiny", "crlf", "bom", "cut-frame-after=9x1"],
    "not a stream, byte by byte": ["not-stream", "tiny"],
    "length": ["finish=length"],
    "content filter": ["finish=content_filter"],
}
# A recording of one stream, which decode reads as its answer.
UNBROKEN = [name for name, kind in KINDS.items() if kind.applies in ("stream", "answer", "all") and kind.slot not in
            ("instead", "end", "garbage", "finish")]  # fmt: skip
PATIENCE = ["--retry", "1", "--resume", "1", "--stall", "0.3"]


def faulty(serve: Serve, *faults: str) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=TEXT, reasoning="Hm."),), faults=tuple(parse_fault(f) for f in faults)))


def ask(dsk: Dsk, server: ScriptedServer, *args: str, env: dict[str, str] | None = None) -> Result:
    """Ask and record to run.sse; without a log, which a replay has not either, and of which a hint would tell."""
    return dsk.run("ask", "-n", "--base-url", server.base_url, "--record", "run.sse", *args, "hi", stdin=None, env=env)


def replay(dsk: Dsk, *args: str, file: str = "run.sse") -> Result:
    return dsk.run("replay", "--speed", "0", *args, file, stdin=None, env={"DEEPSEEK_API_KEY": ""})


def recorded(dsk: Dsk) -> bytes:
    return (dsk.home / "run.sse").read_bytes()


def same_again(dsk: Dsk, server: ScriptedServer, asking: list[str], output: list[str]) -> Result:
    """Ask, replay, see that both are the same; what they gave."""
    asked = ask(dsk, server, *asking, *output)
    assert KEY.encode() not in recorded(dsk)
    assert replay(dsk, *output) == asked
    return asked


@pytest.mark.parametrize("faults", [*EVERY_FAULT.values(), *ONCE.values(), *MORE.values()], ids=" ".join)
def test_every_fault_is_replayed_as_it_was(dsk: Dsk, serve: Serve, faults: list[str]) -> None:
    """As text, and as what --json and --jsonl write, which can go elsewhere at the same time; and decoded."""
    output = ["-u", "-w", "%{json}\n", "--events-to", "events.jsonl"]
    asked = ask(dsk, faulty(serve, *faults), *PATIENCE, *output)
    events = (dsk.home / "events.jsonl").read_bytes()
    assert KEY.encode() not in recorded(dsk)
    assert replay(dsk, *output) == asked
    assert (dsk.home / "events.jsonl").read_bytes() == events
    if faults[-1] in UNBROKEN:
        decoded = dsk.run("decode", "run.sse", stdin=None)
        assert (decoded.stdout, decoded.status) == (asked.stdout, asked.status)


# Of the refusals one each of JSON, HTML and text, and one that is tried again: there is nothing else in their bytes.
BYTES = [faults for name, faults in EVERY_FAULT.items() if not name.isdigit() or name in ("400", "413", "422", "503")]


@pytest.mark.parametrize("faults", BYTES, ids=" ".join)
def test_every_fault_is_replayed_as_it_was_byte_for_byte(dsk: Dsk, serve: Serve, faults: list[str]) -> None:
    same_again(dsk, faulty(serve, *faults), PATIENCE, ["--raw"])


@pytest.mark.parametrize("form", ["--json", "--jsonl"])
@pytest.mark.parametrize("faults", [["drop-after=9x1"], ["503=0"], ["garbage-after=9"]], ids=" ".join)
def test_json_is_replayed_as_it_was(dsk: Dsk, serve: Serve, form: str, faults: list[str]) -> None:
    same_again(dsk, faulty(serve, *faults), PATIENCE, [form])


RUNS = {
    "without a stream": (["--no-stream"], []),
    "thinking": (["--think"], ["--reasoning", "show"]),
    "reasoning only": (["--think"], ["--reasoning", "only"]),
    "past the token limit": (["--max-tokens", "7", "--continue-on-length", "2"], []),
    "not JSON": (["--json-mode", "-s", "JSON"], []),
    "to a word": ([], ["--until", "time"]),
    "one line": ([], ["--max-lines", "1"]),
    "with a warning": (["--think", "--temperature", "1"], []),
    "log probabilities": (["--logprobs", "2"], ["--json"]),
}


@pytest.mark.parametrize(("asking", "output"), RUNS.values(), ids=RUNS)
def test_every_kind_of_run_is_replayed_as_it_was(dsk: Dsk, serve: Serve, asking: list[str], output: list[str]) -> None:
    same_again(dsk, faulty(serve), asking, ["-u", *output])


def test_a_warning_about_the_request_is_told_again(dsk: Dsk, serve: Serve) -> None:
    asked = ask(dsk, faulty(serve), "--think", "--temperature", "1")
    assert asked.errors.startswith("dsk: warning: ")
    assert replay(dsk).errors == asked.errors


def test_giving_up_because_of_the_time_is_told_again(dsk: Dsk, serve: Serve) -> None:
    asked = ask(dsk, faulty(serve, "503=60"), "--retry-max-time", "10")
    assert "giving up" in asked.errors
    assert replay(dsk) == asked


def test_offline_is_recorded_too_and_the_numbers_are_those_of_then(dsk: Dsk) -> None:
    asked = dsk.run("ask", "-n", "--offline", "-u", "--max-tokens", "20", "--record", "run.sse", "hi", stdin=None)
    assert "offline" in asked.errors
    assert "tokens/s" in asked.errors
    assert replay(dsk, "-u") == asked


def test_send_records_as_ask_does(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=9x1")
    body = dsk.run("ask", "--dry-run", "hi", stdin=None).stdout
    sent = dsk.run("send", "--base-url", server.base_url, "--record", "run.sse", stdin=body)
    assert sent.text == TEXT + "\n"
    assert replay(dsk) == sent


@pytest.mark.parametrize("fault", ["finish=length", "late-error", "html"])
def test_decode_reads_a_recording_of_one_stream_as_its_answer(dsk: Dsk, serve: Serve, fault: str) -> None:
    asked = ask(dsk, faulty(serve, fault), "--no-resume", "--retry", "0")
    decoded = dsk.run("decode", "run.sse", stdin=None)
    assert (decoded.stdout, decoded.status) == (asked.stdout, asked.status)


def test_decode_reads_an_answer_that_was_not_streamed(dsk: Dsk, serve: Serve) -> None:
    asked = ask(dsk, faulty(serve), "--no-stream")
    assert dsk.run("decode", "run.sse", stdin=None) == asked == Result((TEXT + "\n").encode(), b"", 0)


def test_decode_joins_the_streams_of_a_resumed_answer(dsk: Dsk, serve: Serve) -> None:
    asked = ask(dsk, faulty(serve, "cut-frame-after=9x1"))
    assert "resuming" in asked.errors
    assert dsk.run("decode", "run.sse", stdin=None).stdout == asked.stdout


def test_a_plain_reader_of_event_streams_reads_a_recording(dsk: Dsk, serve: Serve) -> None:
    ask(dsk, faulty(serve, "tiny"))
    found = ""
    for event in SSEClient(iter(recorded(dsk).splitlines(keepends=True))).events():
        if event.data != "[DONE]":
            found += json.loads(event.data)["choices"][0]["delta"].get("content") or ""
    assert found == TEXT


def test_raw_of_a_text_run_ends_with_what_it_read(dsk: Dsk, serve: Serve) -> None:
    ask(dsk, faulty(serve, "comments"))
    result = replay(dsk, "--raw")
    assert (result.errors, result.status) == ("", 0)
    assert result.text.endswith("data: [DONE]\n\n")
    assert dsk.run("decode", stdin=result.stdout).text == TEXT + "\n"


def test_the_text_of_a_raw_run_that_broke_is_broken(dsk: Dsk, serve: Serve) -> None:
    raw = ask(dsk, faulty(serve, "drop-after=9"), "--raw")
    result = replay(dsk)
    assert TEXT.startswith(result.text)
    assert (result.stderr, result.status) == (raw.stderr, 12)


def test_a_recording_that_was_stopped_early_ends_there(dsk: Dsk, serve: Serve) -> None:
    paced = serve(Script(replies=(Reply(text=TEXT),), pace=50))
    assert ask(dsk, paced, "--until", "time").status == 0
    result = replay(dsk)
    assert result.text.startswith("Once upon a time")
    assert "the recording ends here" in result.errors
    assert result.status == 12


class Echo:
    """A server that sends the key back, in an error or in the middle of the answer."""

    def __init__(self, *, refuses: bool) -> None:
        self._refuses = refuses
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.base_url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/v1"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(65536)
            if self._refuses:
                body = json.dumps({"error": {"message": f"no such key: {KEY}"}}).encode()
                connection.sendall(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))
                return
            content = json.dumps({"choices": [{"delta": {"content": f"your key is {KEY}"}, "finish_reason": "stop"}]})
            connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
            connection.sendall(f"data: {content}\n\ndata: [DONE]\n\n".encode())

    def close(self) -> None:
        self._listener.close()


@contextmanager
def echo(*, refuses: bool) -> Iterator[Echo]:
    server = Echo(refuses=refuses)
    try:
        yield server
    finally:
        server.close()


def test_a_key_in_an_error_of_the_server_is_not_recorded(dsk: Dsk) -> None:
    with echo(refuses=True) as server:
        asked = dsk.run("ask", "--base-url", server.base_url, "--record", "run.sse", "hi", stdin=None)
    assert asked.status == 3
    assert "no such key" in asked.errors
    assert KEY.encode() not in recorded(dsk)
    assert replay(dsk) == asked


def test_a_key_in_an_answer_of_the_server_is_not_recorded(dsk: Dsk) -> None:
    with echo(refuses=False) as server:
        asked = dsk.run("ask", "--base-url", server.base_url, "--record", "run.sse", "hi", stdin=None)
    assert asked.status == 0
    assert KEY.encode() not in recorded(dsk)
    assert replay(dsk).text == f"your key is {'*' * len(KEY)}\n"


def test_the_prompt_is_not_recorded(dsk: Dsk, serve: Serve) -> None:
    dsk.run("ask", "--base-url", faulty(serve).base_url, "--record", "run.sse", "a deep secret", stdin=None)
    assert b"secret" not in recorded(dsk)


@pytest.mark.parametrize("mode", [None, 0o644])
def test_a_recording_is_for_its_owner_alone_and_begins_anew(dsk: Dsk, serve: Serve, mode: int | None) -> None:
    path = dsk.home / "run.sse"
    if mode:
        path.write_text("older " * 10_000)
        path.chmod(mode)
    ask(dsk, faulty(serve))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert b"older" not in recorded(dsk)
    assert replay(dsk).text == TEXT + "\n"


def test_a_recording_that_cannot_be_made_is_an_error_before_the_request(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve)
    result = dsk.run("ask", "--base-url", server.base_url, "--record", "nowhere/run.sse", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 1)
    assert "cannot write to nowhere/run.sse" in result.errors
    assert "--record" in result.errors
    assert server.requests == []


@pytest.mark.parametrize("args", [["-o", "run.sse"], ["--events-to", "./run.sse"], ["--usage-to", "run.sse"]])
def test_a_recording_shares_its_file_with_nothing(dsk: Dsk, serve: Serve, args: list[str]) -> None:
    server = faulty(serve)
    result = ask(dsk, server, *args)
    assert (result.stdout, result.status) == (b"", 2)
    assert args[0] in result.errors
    assert server.requests == []


def test_a_full_disk_is_one_warning_and_the_answer_flows(dsk: Dsk, serve: Serve) -> None:
    url = faulty(serve).base_url
    result = dsk.run("ask", "--base-url", url, "--record", "/dev/full", "hi", stdin=None)
    assert (result.text, result.status) == (TEXT + "\n", 0)
    assert result.errors.count("\n") == 1
    assert result.errors.startswith("dsk: warning: the recording is cut short: cannot write to /dev/full: ")


def test_a_recording_grows_as_the_answer_arrives_and_survives_a_kill(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "stall-after=9")
    with dsk.start("ask", "--base-url", server.base_url, "--record", "run.sse", "hi") as process:
        assert process.stdout
        seen = b""
        while len(seen) < 40:
            seen += process.stdout.read(100)
        process.kill()
        process.wait(30)
    result = replay(dsk)
    assert result.stdout == seen
    assert result.status == 12
    assert result.errors.startswith("dsk: the recording ends here: the run was killed")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("fault", ["stall-after=9", "503=60"], ids=["in the answer", "in a wait"])
def test_a_run_that_a_signal_stopped_stops_by_it_again(
    dsk: Dsk, serve: Serve, number: signal.Signals, fault: str
) -> None:
    server = faulty(serve, fault)
    with dsk.start("ask", "-n", "--base-url", server.base_url, "--record", "run.sse", "hi") as process:
        assert process.stdout
        assert process.stderr
        seen, said = b"", b""
        if fault == "503=60":
            said = process.stderr.readline()
        while not said and seen.count(b" ") < 7:
            seen += process.stdout.read(100)
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    assert process.returncode == -number
    assert replay(dsk) == Result(seen + stdout, said + stderr, 128 + number)


def test_a_run_whose_reader_went_away_ends_as_quietly(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "stall-after=9")
    with dsk.start("ask", "--base-url", server.base_url, "--record", "run.sse", "hi") as process:
        assert process.stdout
        assert process.stdout.read(4)
        process.stdout.close()
        assert process.wait(30) == -signal.SIGPIPE
    result = replay(dsk)
    assert TEXT.startswith(result.text)
    assert (result.stderr, result.status) == (b"", 141)


def frame(text: str) -> str:
    return f'data: {{"choices":[{{"delta":{{"content":"{text}"}}}}]}}\n\n'


def write_recording(path: Path, *times: float) -> None:
    """A recording of a piece of text at each of the times, in seconds, then [DONE]."""
    text = ': dsk {"recording": 1, "request": {}, "policy": {}, "notes": []}\n: dsk {"begin": true}\n'
    text += ': dsk {"at": 0.0, "open": 200}\n'
    text += "".join(f'{frame(str(number))}: dsk {{"at": {at}}}\n' for number, at in enumerate(times))
    text += f'data: [DONE]\n\n: dsk {{"at": {times[-1]}}}\n: dsk {{"at": {times[-1]}, "end": 0}}\n'
    path.write_text(text)


def arrivals(dsk: Dsk, *args: str) -> list[float]:
    """When the pieces of the answer came out, in seconds after the process was started."""
    begun = time.monotonic()
    found = []
    with dsk.start("replay", *args, "run.sse") as process:
        assert process.stdout
        while process.stdout.read(1).isdigit():
            found.append(time.monotonic() - begun)
        assert process.wait(30) == 0
    return found


def test_each_piece_comes_when_it_came(dsk: Dsk) -> None:
    write_recording(dsk.home / "run.sse", 0.3, 0.6, 0.9)
    first, second, third = arrivals(dsk)
    assert first >= 0.3
    assert second >= 0.6
    assert third >= 0.9
    assert second - first > 0.1, "they came one by one"
    assert third - second > 0.1


def test_speed_divides_the_times(dsk: Dsk) -> None:
    write_recording(dsk.home / "run.sse", 1000.0, 2000.0, 3000.0)
    first, _, third = arrivals(dsk, "--speed", "5000")
    assert first >= 0.2
    assert third >= 0.6


def test_speed_zero_waits_for_nothing_and_times_are_those_of_then(dsk: Dsk) -> None:
    write_recording(dsk.home / "run.sse", 1000.0, 2000.0)
    found = json.loads(replay(dsk, "--json").stdout)
    assert found["content"] == "01"
    assert found["timing"] == {"first_token": 1000.0, "total": 2000.0}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_replay_that_waits(dsk: Dsk, number: signal.Signals) -> None:
    write_recording(dsk.home / "run.sse", 0.0, 1000.0)
    with dsk.start("replay", "run.sse") as process:
        assert process.stdout
        assert process.stdout.read(1) == b"0"
        process.send_signal(number)
        stdout, stderr = process.communicate(timeout=30)
    assert (stdout, process.returncode) == (b"", -number)
    assert stderr.count(b"\n") == 1


def test_a_reader_that_goes_away_ends_a_replay_that_waits(dsk: Dsk) -> None:
    write_recording(dsk.home / "run.sse", 0.0, 1000.0)
    with dsk.start("replay", "run.sse") as process:
        assert process.stdout
        assert process.stdout.read(1) == b"0"
        process.stdout.close()
        assert process.wait(30) == -signal.SIGPIPE


def test_a_replay_needs_no_network(dsk: Dsk, serve: Serve) -> None:
    server = faulty(serve, "drop-after=9x1")
    asked = ask(dsk, server)
    assert len(server.requests) == 2
    server.__exit__(None, None, None)
    assert replay(dsk) == asked


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "ending", ["data: [DONE]\n\n", "data: [DONE]\n\n" + frame("more"), "", "data: {", "data: {}x\n\n"]
)
def test_a_plain_event_stream_is_replayed_as_decode_reads_it(dsk: Dsk, form: str, ending: str) -> None:
    (dsk.home / "plain.sse").write_text(f": hello\n\n{frame('hi')}{ending}")
    decoded = dsk.run("decode", "--format", form, "plain.sse", stdin=None)
    assert replay(dsk, "--format", form, file="plain.sse") == decoded


def test_a_file_that_is_no_recording_is_told_what_makes_one(dsk: Dsk) -> None:
    (dsk.home / "notes.txt").write_text("hello\n")
    result = replay(dsk, file="notes.txt")
    assert (result.stdout, result.status) == (b"", 12)
    assert "\ndsk: hint: the input is to be a recording of dsk ask --record, or what dsk ask --raw" in result.errors


def test_nothing_is_replayed_as_decode_reads_it(dsk: Dsk) -> None:
    (dsk.home / "nothing.sse").touch()
    assert replay(dsk, file="nothing.sse") == dsk.run("decode", "nothing.sse", stdin=None)


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ('{"at": 0.5}', "garbage", 6),
        ('{"at": 0.5}', '{"at": "noon"}', 6),
        ('"policy": {}', '"policy": {"retry": "often"}', 1),
        ('"policy": {}', '"policy": {"patience": 1}', 1),
        ('"recording": 1', '"recording": 2', 1),
    ],
)
def test_a_damaged_recording_is_named_with_its_line(dsk: Dsk, old: str, new: str, line: int) -> None:
    path = dsk.home / "run.sse"
    write_recording(path, 0.5, 1.0)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    result = replay(dsk)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: cannot replay run.sse: line {line} is damaged: ")


def test_a_recording_that_is_not_there_is_a_usage_error(dsk: Dsk) -> None:
    result = replay(dsk, file="none.sse")
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: cannot read none.sse: no such file or directory\ndsk: hint: ")


def test_a_recording_may_come_by_a_pipe(dsk: Dsk, serve: Serve) -> None:
    asked = ask(dsk, faulty(serve))
    assert dsk.run("replay", "--speed", "0", "-", stdin=recorded(dsk)) == asked


def test_a_recording_may_be_served_and_recorded_again(dsk: Dsk, serve: Serve) -> None:
    asked = ask(dsk, faulty(serve))
    again = serve(Script(replies=(Reply(recording=recorded(dsk)),)))
    second = ask(dsk, again)
    assert second == asked
    assert b":: dsk " in recorded(dsk)
    assert replay(dsk) == second


def test_sigusr1_is_answered_in_a_replay(dsk: Dsk) -> None:
    write_recording(dsk.home / "run.sse", 0.0, 1000.0)
    with dsk.start("replay", "run.sse") as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.read(1) == b"0"
        process.send_signal(signal.SIGUSR1)
        assert b"1 character in 1 piece," in process.stderr.readline()
        process.kill()
        process.wait(30)


def test_a_recording_may_go_to_a_fifo(dsk: Dsk, serve: Serve) -> None:
    os.mkfifo(dsk.home / "run.sse")
    with subprocess.Popen(["cat", "run.sse"], cwd=dsk.home, stdout=subprocess.PIPE) as cat:
        asked = ask(dsk, faulty(serve))
        data, _ = cat.communicate(timeout=30)
    assert dsk.run("replay", "--speed", "0", "-", stdin=data) == asked
