"""What is done with the answer: formats, files, descriptors, reasoning, usage; whole processes."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script, ToolCall
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result
from tests.output.markdown.emulator import bare
from tests.terminal import on_quiet_terminal

Serve = Callable[[Script], ScriptedServer]
ANSWER = "one two three"


@pytest.fixture
def server(serve: Serve) -> ScriptedServer:
    return serve(Script(replies=(Reply(text=ANSWER, reasoning="let me think"),)))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, "--retry", "0", "--no-resume", *args, "hi", stdin=None)


def test_raw_frames_that_are_not_logged_are_judged_by_their_text_all_the_same(dsk: Dsk, serve: Serve) -> None:
    checked = ask(dsk, serve(Script(replies=(Reply(text="not JSON"),))), "--raw", "-n", "--json-mode")
    assert b"data: [DONE]" in checked.stdout
    assert checked.status == 13
    assert ask(dsk, serve(Script(replies=(Reply(text='{"json": 1}'),))), "--raw", "-n", "--json-mode").status == 0


def test_a_final_newline_is_added_only_where_there_is_none(dsk: Dsk, serve: Serve) -> None:
    assert ask(dsk, serve(Script(replies=(Reply(text="a\n"),)))).stdout == b"a\n"
    assert ask(dsk, serve(Script(replies=(Reply(text="a"),)))).stdout == b"a\n"
    assert ask(dsk, serve(Script(replies=(Reply(text="a"),))), "--no-newline").stdout == b"a"
    assert ask(dsk, serve(Script(replies=(Reply(text=""),)))).stdout == b""


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "POSIX"])
def test_text_is_utf8_whatever_the_locale(dsk: Dsk, serve: Serve, locale: str) -> None:
    server = serve(Script(replies=(Reply(text="Grüße 世界 👩‍🚀"),)))
    env = {"LC_ALL": locale, "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    result = dsk.run("ask", "--base-url", server.base_url, "Grüße", stdin=None, env=env)
    assert result == Result("Grüße 世界 👩‍🚀\n".encode(), b"", 0)


def test_escape_sequences_pass_through_a_pipe_untouched(dsk: Dsk, serve: Serve) -> None:
    text = "\x1b[31mred\x1b]0;title\x07\x00\x9b\u202e"
    assert ask(dsk, serve(Script(replies=(Reply(text=text),)))).stdout == text.encode() + b"\n"


def test_escape_sequences_can_be_shown_or_stripped_in_a_pipe_too(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="\x1b[31mred\x1b[0m"),), faults=(parse_fault("tiny"),)))
    shown = ask(dsk, server, "--escapes", "show").stdout
    assert b"\x1b" not in shown
    assert b"[31mred" in shown
    assert ask(dsk, server, "--escapes", "strip").stdout == b"red\n"


def test_output_goes_to_a_file(dsk: Dsk, server: ScriptedServer) -> None:
    (dsk.home / "out.txt").write_text("something older and longer than the answer")
    assert ask(dsk, server, "-o", "out.txt") == Result(b"", b"", 0)
    assert (dsk.home / "out.txt").read_text() == ANSWER + "\n"


def test_output_to_a_file_as_it_arrives(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=ANSWER),), faults=(parse_fault("stall-after=2"),)))
    fifo = dsk.home / "fifo"
    os.mkfifo(fifo)
    with dsk.start("ask", "--base-url", server.base_url, "-o", "fifo", "hi") as process:
        with open(fifo, "rb", buffering=0) as reader:
            seen = b""
            while seen != b"one two":
                seen += reader.read(100)
            assert process.poll() is None, "the text was there before the end"
        process.wait(30)


def test_a_request_that_fails_leaves_the_older_file_alone(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("500"),)))
    (dsk.home / "out.txt").write_text("older")
    assert ask(dsk, server, "-o", "out.txt").status == 6
    assert (dsk.home / "out.txt").read_text() == "older"


def test_an_output_file_that_cannot_be_written_is_noticed_before_the_request(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "-o", "nowhere/out.txt")
    assert (result.stdout, result.status) == (b"", 1)
    assert "nowhere/out.txt" in result.errors
    assert server.requests == []


def test_no_stream_asks_for_the_whole_and_prints_the_same(dsk: Dsk, server: ScriptedServer) -> None:
    assert ask(dsk, server, "--no-stream") == Result(ANSWER.encode() + b"\n", b"", 0)
    assert json.loads(server.requests[0].body)["stream"] is False


def test_json_is_one_object_with_the_documented_keys(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "--json", "--think")
    assert result.stdout.count(b"\n") == 1
    found = json.loads(result.stdout)
    assert found["content"] == ANSWER
    assert found["reasoning"] == "let me think"
    assert found["finish_reason"] == "stop"
    assert found["model"] == "deepseek-flash"
    assert found["usage"]["completion_tokens"] > 0
    assert (found["status"], found["error"], found["resumed"]) == (0, None, [])


def test_json_of_a_failed_run_bears_its_status_and_what_had_arrived(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=ANSWER),), faults=(parse_fault("drop-after=2"),)))
    result = ask(dsk, server, "--json")
    found = json.loads(result.stdout)
    assert (found["content"], found["status"], result.status) == ("one two", 12, 12)
    assert found["error"]["message"] in result.errors


def test_json_holds_tool_calls_and_never_runs_them(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text="", tool_calls=(ToolCall("rm", '{"path": "/"}', "call_1"),)),)))
    result = ask(dsk, server, "--json", "--set", 'tools:=[{"type":"function","function":{"name":"rm"}}]')
    found = json.loads(result.stdout)
    assert found["tool_calls"] == [
        {"id": "call_1", "type": "function", "function": {"name": "rm", "arguments": '{"path": "/"}'}}
    ]
    assert (found["finish_reason"], result.status) == ("tool_calls", 0)


def test_jsonl_is_an_object_per_event_and_ends_with_end_or_error(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=ANSWER, reasoning="hm"),)))
    lines = [json.loads(line) for line in ask(dsk, server, "--jsonl", "--think").stdout.splitlines()]
    kinds = [line["type"] for line in lines]
    assert kinds[0] == "start"
    assert kinds[-1] == "end"
    assert set(kinds) <= {"start", "content", "reasoning", "usage", "end"}
    assert "".join(line["text"] for line in lines if line["type"] == "content") == ANSWER
    assert "".join(line["text"] for line in lines if line["type"] == "reasoning") == "hm"
    broken = serve(Script(faults=(parse_fault("503"),)))
    assert json.loads(ask(dsk, broken, "--jsonl").stdout.splitlines()[-1])["type"] == "error"


def test_reasoning_is_hidden_where_stderr_is_no_terminal(dsk: Dsk, server: ScriptedServer) -> None:
    assert ask(dsk, server, "--think") == Result(b"one two three\n", b"", 0)


def test_reasoning_can_be_shown_on_stderr_or_be_all_there_is(dsk: Dsk, server: ScriptedServer) -> None:
    shown = ask(dsk, server, "--think", "--reasoning", "show")
    assert (shown.stdout, shown.status) == (b"one two three\n", 0)
    assert shown.stderr.strip() == b"let me think"
    only = ask(dsk, server, "--think", "--reasoning", "only")
    assert only.stdout == b"let me think\n"
    assert ask(dsk, server, "--think", "--reasoning", "show", "-R").stderr == b""


def test_descriptors_get_reasoning_events_and_usage(dsk: Dsk, server: ScriptedServer) -> None:
    result = dsk.shell(
        f"dsk ask --base-url {server.base_url} --think --reasoning-to 3 --events-to 4 --usage-to 5 hi"
        " 3>think.txt 4>ev.jsonl 5>>usage.jsonl"
    )
    assert result == Result(b"one two three\n", b"", 0)
    assert (dsk.home / "think.txt").read_text().rstrip("\n") == "let me think"
    events = [json.loads(line) for line in (dsk.home / "ev.jsonl").read_text().splitlines()]
    assert [events[0]["type"], events[-1]["type"]] == ["start", "end"]
    assert json.loads((dsk.home / "usage.jsonl").read_text())["usage"]["completion_tokens"] > 0


def test_a_path_is_as_good_as_a_descriptor(dsk: Dsk, server: ScriptedServer) -> None:
    assert ask(dsk, server, "--think", "--reasoning-to", "think.txt").status == 0
    assert (dsk.home / "think.txt").read_text().rstrip("\n") == "let me think"


def test_a_descriptor_that_is_not_open_is_named_before_the_request(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "--events-to", "77")
    assert (result.stdout, result.status) == (b"", 2)
    assert "--events-to" in result.errors
    assert "77" in result.errors
    assert server.requests == []


def test_a_full_descriptor_is_one_line_and_the_answer_is_whole(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "--events-to", "/dev/full")
    assert (result.stdout, result.status) == (b"one two three\n", 1)
    assert result.errors.count("no space left on device") == 1


def test_usage_is_one_line_on_stderr(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "-u", "--think")
    assert result.stdout == b"one two three\n"
    assert result.errors.count("\n") == 1
    for word in ("prompt", "completion", "reasoning", "first token", "tokens/s"):
        assert word in result.errors


def test_write_out_is_written_to_stderr_at_the_end(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "-w", r"%{finish} %{model} 100%% %{tokens}\n")
    assert re.fullmatch(r"stop deepseek-flash 100% \d+\n", result.errors)
    whole = ask(dsk, server, "-w", r"%{json}\n")
    assert json.loads(whole.stderr)["finish"] == "stop"


def test_write_out_names_an_unknown_variable_before_the_request(dsk: Dsk, server: ScriptedServer) -> None:
    result = ask(dsk, server, "-w", "%{nonsense}")
    assert (result.stdout, result.status) == (b"", 2)
    assert "nonsense" in result.errors
    assert server.requests == []


def test_only_the_first_choice_is_printed_and_json_has_them_all(dsk: Dsk) -> None:
    frames = b"".join(
        b'data: {"id":"x","choices":[{"index":%d,"delta":{"content":"%s"},"finish_reason":%s}]}\n\n' % row
        for row in [(0, b"a", b"null"), (1, b"X", b"null"), (0, b"b", b'"stop"'), (1, b"Y", b'"stop"')]
    )
    assert dsk.run("decode", stdin=frames).stdout == b"ab\n"
    found = json.loads(dsk.run("decode", "--json", stdin=frames).stdout)
    assert [choice["content"] for choice in found["choices"]] == ["ab", "XY"]


def test_text_leaves_as_it_arrives_one_write_an_arrival(dsk: Dsk, serve: Serve) -> None:
    # What comes while the program is still being loaded leaves together.
    words = [f"w{n}" for n in range(60)]
    server = serve(Script(replies=(Reply(text=" ".join(words)),), pace=40))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        reads = []
        while data := os.read(process.stdout.fileno(), 65536):
            reads.append(data)
    assert b"".join(reads) == " ".join(words).encode() + b"\n"
    assert len(reads) >= len(words) // 4, "tokens were not gathered into blocks"


def test_a_slow_reader_loses_nothing(dsk: Dsk, serve: Serve) -> None:
    text = "".join(f"line {n}\n" for n in range(20_000))
    server = serve(Script(replies=(Reply(text=text),)))
    with dsk.start("ask", "--base-url", server.base_url, "hi") as process:
        assert process.stdout
        found = b""
        while data := os.read(process.stdout.fileno(), 4096):
            found += data
        assert process.wait(30) == 0
    assert found == text.encode()


def test_a_non_blocking_stdout_loses_nothing(dsk: Dsk, serve: Serve) -> None:
    text = "x" * 500_000
    server = serve(Script(replies=(Reply(recording=_one_frame(text)),)))
    read, write = os.pipe()
    os.set_blocking(write, False)
    found = bytearray()

    def drain() -> None:
        while data := os.read(read, 10_000):
            found.extend(data)

    with dsk.start("ask", "--base-url", server.base_url, "hi", stdout=write) as process:
        os.close(write)
        reader = threading.Thread(target=drain)
        reader.start()
        assert process.wait(30) == 0
        reader.join(30)
    os.close(read)
    assert found == text.encode() + b"\n"


def _one_frame(text: str) -> bytes:
    frame = {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": "stop"}]}
    return b"data: " + json.dumps(frame).encode() + b"\n\ndata: [DONE]\n\n"


def test_offline_tells_a_story_without_key_or_network(dsk: Dsk) -> None:
    result = dsk.run("ask", "--offline", "Tell me a story", stdin=None, env={"DEEPSEEK_API_KEY": ""})
    assert result.status == 0
    assert len(result.text.split()) > 50
    assert result.errors == "dsk: offline: the built-in script answers, no model was asked\n"


def test_a_base_url_that_is_given_as_a_flag_goes_before_offline_by_a_variable(dsk: Dsk) -> None:
    flag = ("--base-url", "http://127.0.0.1:9")
    plain = ("hi", "-n", "--retry", "0")
    assert dsk.run("ask", *flag, *plain, stdin=None, env={"DSK_OFFLINE": "1"}).status == 7
    result = dsk.run("ask", "--offline", *flag, "hi", stdin=None)
    assert (result.status, result.stdout) == (2, b"")
    assert result.errors.startswith("dsk: --offline and --base-url exclude each other: ")
    for env in ({}, {"DSK_OFFLINE": "1"}):
        args = () if env else ("--offline",)
        result = dsk.run("ask", *args, *plain, stdin=None, env={"DSK_BASE_URL": "http://127.0.0.1:9"} | env)
        assert (result.status, "no model was asked" in result.errors) == (0, True)


def test_offline_works_for_send_as_well(dsk: Dsk) -> None:
    body = dsk.run("ask", "--dry-run", "Tell me a story", stdin=None).stdout
    asked = dsk.run("ask", "--offline", "Tell me a story", stdin=None)
    assert dsk.run("send", "--offline", stdin=body) == asked


def test_on_a_terminal_escape_sequences_are_visible_text(dsk: Dsk, serve: Serve) -> None:
    text = "a\x1b[2Jb\x1b]0;title\x07c\u202ed\x9be\tf\n"
    server = serve(Script(replies=(Reply(text=text),), faults=(parse_fault("tiny"),)))
    for markdown, tab in (("auto", " "), ("never", "\t")):
        seen = on_quiet_terminal(dsk, "ask", "--base-url", server.base_url, "--markdown", markdown, "hi")
        if markdown == "auto":
            seen = bare(seen)
        for bad in "\x1b\x07\u202e\x9b":
            assert bad not in seen
        assert "[2Jb" in seen
        assert f"{tab}f\n" in seen


def test_on_a_terminal_the_servers_error_text_is_harmless(dsk: Dsk, serve: Serve) -> None:
    body = json.dumps({"error": {"message": "bad \x1b[2J\x07thing"}}).encode()
    server = serve(Script(replies=(Reply(status=400, body=body),)))
    seen = on_quiet_terminal(dsk, "ask", "--base-url", server.base_url, "hi")
    assert "\x1b" not in seen
    assert "\x07" not in seen
    assert "thing" in seen


def test_on_a_terminal_reasoning_is_dim_and_the_answer_starts_on_its_own_line(dsk: Dsk, server: ScriptedServer) -> None:
    seen = on_quiet_terminal(dsk, "ask", "--base-url", server.base_url, "--think", "hi")
    assert re.search(r"\x1b\[2mlet me think(\x1b\[0m)?\n+(\x1b\[0m)?one two three\n", seen), seen
    dsk.env["NO_COLOR"] = "1"
    plain = on_quiet_terminal(dsk, "ask", "--base-url", server.base_url, "--think", "hi")
    assert "\x1b" not in plain
    assert "let me think\n" in plain


def test_on_a_terminal_a_cut_answer_ends_with_a_newline(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(text=ANSWER),), faults=(parse_fault("drop-after=2"),)))
    assert on_quiet_terminal(dsk, "ask", "--base-url", server.base_url, "--no-resume", "hi").startswith(
        "one two\ndsk: the stream broke"
    )


def test_on_a_terminal_the_body_is_shown_for_people(dsk: Dsk) -> None:
    seen = on_quiet_terminal(dsk, "ask", "--dry-run", "hi")
    assert json.loads(seen)["model"] == "deepseek-flash"
    assert '\n  "model": "deepseek-flash"' in seen


@pytest.mark.parametrize("option", ["--usage-to=", "--events-to=", "--reasoning-to=", "--output=/dev/fd/"])
def test_descriptors_that_dsk_opened_are_not_those_of_the_user(
    dsk: Dsk, serve: Serve, tmp_path: Path, option: str
) -> None:
    server = serve(Script(replies=(Reply(text="yes"),)))
    for number in range(3, 9):
        to = ["--record", str(tmp_path / "a.sse"), f"{option}{number}"]
        result = dsk.run("ask", "--base-url", server.base_url, *to, "hi")
        assert (result.stdout, result.status) == (b"", 2), number
        assert b"is not open for writing" in result.stderr
    assert server.requests == []
