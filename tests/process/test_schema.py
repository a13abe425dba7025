"""Answers that have to fit a schema: asked for in the server's way, judged here, a list line by line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from dsk.scripted.faults import parse_fault
from dsk.scripted.pieces import cut
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result, wait_closed
from tests.map.helpers import lines_of
from tests.terminal import on_terminal

Serve = Callable[[Script], ScriptedServer]
LIST = '{"items": [{"name": "Ann [1]", "age": 7},\n {"name": "B\\u00f6b}", "age": 8.0}, {"name": "", "age": 9}]}'
LINES = b'{"name":"Ann [1]","age":7}\n{"name":"B\\u00f6b}","age":8.0}\n{"name":"","age":9}\n'
PEOPLE = "[{name, age int}]"
#: Tokens of a stream up to the end of the second element: the name of the call is one.
SECOND = 2 + len(cut(LIST[: LIST.index('{"name": ""')]))
MISFIT = "dsk: the answer does not fit the schema: "
HINT = "dsk: hint: run it again; --retry-invalid 2 would ask again by itself\n"
HINT_RAW = "dsk: hint: ask again; --retry-invalid 2 does so by itself, but not with --raw\n"


def says(serve: Serve, *texts: str, faults: tuple[str, ...] = ()) -> ScriptedServer:
    return serve(Script(replies=tuple(Reply(text=text) for text in texts), faults=tuple(map(parse_fault, faults))))


def ask(dsk: Dsk, server: ScriptedServer, *args: str) -> Result:
    return dsk.run("ask", "--base-url", server.base_url, *args, "hi", stdin=None)


def test_an_object_comes_as_the_arguments_of_a_strict_function(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    schema = "name: of a person, age 0..120, mood good|bad"
    assert ask(dsk, server, "--schema", schema) == Result(b'{"name":"name","age":0,"mood":"good"}\n', b"", 0)
    seen = server.requests[0]
    assert seen.path == "/beta/chat/completions"
    (tool,) = seen.json["tools"]
    assert tool["function"]["strict"] is True
    assert tool["function"]["parameters"]["properties"]["name"] == {"type": "string", "description": "of a person"}
    assert seen.json["tool_choice"]["function"]["name"] == tool["function"]["name"]
    assert "response_format" not in seen.json

    found = json.loads(ask(dsk, server, "--schema", schema, "--json").stdout)
    assert json.loads(found["content"]) == {"name": "name", "age": 0, "mood": "good"}
    assert (found["tool_calls"], found["finish_reason"], found["status"]) == ([], "tool_calls", 0)


def test_it_is_asked_for_in_words_where_no_call_can_be_forced(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    nullable = b'{"a":"a","b":true}\n'
    assert ask(dsk, server, "--schema", "a?, b bool", "-s", "Be brief.") == Result(nullable, b"", 0)
    assert ask(dsk, server, "--schema", "a, b bool", "--think").stdout == nullable
    assert ask(dsk, server, "--schema", "a, b bool", "-m", "qwen3").stdout == nullable
    for seen in server.requests:
        assert seen.path == "/chat/completions"
        assert seen.json["response_format"] == {"type": "json_object"}
        assert "tools" not in seen.json
    assert server.requests[0].json["messages"][0]["content"].startswith("Be brief.\n\nAnswer with one JSON value")


def test_a_profile_says_how_its_server_takes_a_schema(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    profile = f'base_url = "{server.base_url}"\nmodel = "other"\nkey_env = ""\n'
    dsk.write_config(f'[profiles.a]\n{profile}schema_mode = "json_schema"\n[profiles.b]\n{profile}')
    for name in ("a", "b"):
        result = dsk.run("ask", "-P", name, "--schema", "[int]", "hi", stdin=None)
        assert result == Result(b"1\n1\n1\n", b"", 0)
    first, second = (seen.json for seen in server.requests)
    asked = first["response_format"]["json_schema"]
    assert (asked["strict"], asked["schema"]["required"]) == (True, ["items"])
    assert second["response_format"] == {"type": "json_object"}


def test_the_scripted_endpoint_meets_simple_patterns(dsk: Dsk, serve: Serve) -> None:
    code = {"type": "string", "pattern": "^[A-Z]{2}[0-9]{5}$"}
    schema = json.dumps({"type": "object", "properties": {"zip": code}, "required": ["zip"]})
    for args in ((), ("--think", "-R")):
        assert ask(dsk, serve(Script()), "--schema", schema, *args) == Result(b'{"zip":"AA00000"}\n', b"", 0)


def test_a_list_is_written_element_by_element(dsk: Dsk, serve: Serve) -> None:
    for faults in ((), ("tiny",), ("one-write",)):
        assert ask(dsk, says(serve, LIST, faults=faults), "--schema", PEOPLE) == Result(LINES, b"", 0)
    assert ask(dsk, says(serve, '{"items": []}'), "--schema", PEOPLE) == Result(b"", b"", 0)


def test_an_element_is_there_while_the_next_one_is_written(dsk: Dsk, serve: Serve) -> None:
    server = says(serve, LIST, faults=(f"stall-after={SECOND}",))
    first, second, _ = LINES.splitlines(keepends=True)
    assert ask(dsk, server, "--schema", PEOPLE, "--max-lines", "1") == Result(first, b"", 0)
    assert ask(dsk, server, "--schema", PEOPLE, "--until", "b}") == Result(first + second[:18] + b"\n", b"", 0)
    piped = dsk.shell(f"dsk ask -I --base-url {server.base_url} --schema '{PEOPLE}' hi | head -1")
    assert piped.stdout == first
    assert all(wait_closed(server, number).closed_early for number in range(3))


def test_13_what_does_not_fit_is_told_with_its_place(dsk: Dsk, serve: Serve) -> None:
    text = '{"name": "Ann", "age": "7"}'
    result = ask(dsk, says(serve, text), "--schema", "name, age int")
    why = f'{MISFIT}$.age: "7" is not a whole number\n{HINT}'
    assert result == Result(text.encode() + b"\n", why.encode(), 13)

    text = LIST.replace("8.0", "8.5").replace('""', "null")
    why = f"{MISFIT}$[1].age: 8.5 is not a whole number\n{HINT}"
    assert ask(dsk, says(serve, text), "--schema", PEOPLE) == Result(LINES[:27], why.encode(), 13)

    result = ask(dsk, says(serve, '{"value": "meh"}'), "--schema", "good|bad")
    assert result == Result(b"", f'{MISFIT}$: "meh" is not "good" or "bad"\n{HINT}'.encode(), 13)

    result = ask(dsk, says(serve, "```json\n{}\n```"), "--schema", "a?")
    assert (result.stdout, result.status) == (b"```json\n{}\n```\n", 13)
    assert result.errors.startswith("dsk: the answer is not JSON: line 1, column 1")


def test_10_an_answer_that_is_cut_is_no_misfit(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, says(serve, LIST), "--schema", PEOPLE, "--max-tokens", str(SECOND))
    assert (result.stdout, result.status) == (b"".join(LINES.splitlines(keepends=True)[:2]), 10)


def test_another_answer_is_asked_for_and_only_what_fits_is_written(dsk: Dsk, serve: Serve) -> None:
    server = says(serve, '{"items": [1, "2"]}', '{"items": [1, 2]}')
    result = ask(dsk, server, "--schema", "[int]", "--retry-invalid", "3")
    said = f'{MISFIT}$[1]: "2" is not a whole number; asking again (1 of 3)\n'
    assert result == Result(b"1\n2\n", said.encode(), 0)
    first, second = (seen.json["messages"] for seen in server.requests)
    assert second[:1] == first
    assert second[1] == {"role": "assistant", "content": '{"items": [1, "2"]'}
    assert "$[1]" in second[2]["content"]

    server = says(serve, '{"n": 0.5}')
    result = ask(dsk, server, "--schema", "n int", "--retry-invalid", "1", "--jsonl")
    events = lines_of(result.stdout)
    assert [event["at"] for event in events if event["type"] == "resume"] == [0]
    assert (events[-1]["status"], len(server.requests)) == (13, 2)
    assert result.errors.endswith("dsk: hint: say in the prompt what is meant\n")
    result = ask(dsk, says(serve, "Sure!", "{}"), "--json-mode", "--retry-invalid", "1", "--no-log")
    assert (result.stdout, result.status) == (b"{}\n", 0)


def test_every_way_of_the_stages_gives_the_same(dsk: Dsk, serve: Serve) -> None:
    server = says(serve, LIST.replace('""', "0"))
    ask_it = f"dsk ask -I --base-url {server.base_url} --schema '{PEOPLE}'"
    whole = dsk.shell(f"{ask_it} --record run.sse hi")
    assert (whole.stdout, whole.status) == (b"".join(LINES.splitlines(keepends=True)[:2]), 13)
    assert dsk.shell(f"{ask_it} --dry-run hi | dsk send --base-url {server.base_url}") == whole
    decoded = Result(whole.stdout, whole.stderr.replace(HINT.encode(), HINT_RAW.encode()), 13)
    assert dsk.shell(f"{ask_it} --raw hi 2> /dev/null | dsk decode --schema '{PEOPLE}'") == decoded
    assert dsk.shell(f"dsk decode --schema '{PEOPLE}' < run.sse") == decoded
    assert dsk.run("replay", "--speed", "0", "run.sse") == whole
    curl = dsk.shell(f"{ask_it} --print-curl hi")
    assert f"{server.base_url}/beta/chat/completions" in curl.text


def test_the_frames_of_a_function_are_decoded_without_the_schema(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    for schema in ("name, age int", "[{city, n int}]", "yes|no"):
        whole = ask(dsk, server, "--schema", schema)
        assert (whole.status, whole.stderr) == (0, b"")
        sent = f"dsk ask -I --dry-run --schema '{schema}' hi | dsk send --base-url {server.base_url} --raw"
        assert dsk.shell(f"{sent} | tee x.sse | dsk decode") == whole
        assert dsk.run("replay", "--speed", "0", "x.sse") == whole
        assert json.loads(dsk.run("decode", "--json", "x.sse").stdout)["tool_calls"] == []
    for text, status in (('{"items": [1, "2"]}', 0), ('{"items": 1}', 13), ('{"items": [1', 13)):
        raw = ask(dsk, says(serve, text), "--schema", "[int]", "--raw").stdout
        result = dsk.run("decode", stdin=raw)
        assert (result.status, text) == (status, text)
        assert result.errors.endswith(HINT_RAW if status else "")


def test_frames_are_not_asked_for_again(dsk: Dsk, serve: Serve) -> None:
    server = says(serve, '{"n": 0.5}')
    result = ask(dsk, server, "--schema", "n int", "--raw", "--retry-invalid", "2")
    why = (
        b"dsk: --retry-invalid and --raw: the frames are written as they come, once\ndsk: hint: leave one of them out\n"
    )
    assert (result, server.requests) == (Result(b"", why, 2), [])
    dsk.write_config("[defaults]\nretry_invalid = 2\n")
    result = ask(dsk, server, "--schema", "n int", "--raw")
    assert (result.errors, result.status) == (f"{MISFIT}$.n: 0.5 is not a whole number\n{HINT_RAW}", 13)
    assert len(server.requests) == 1


def test_a_replay_asks_again_as_the_run_did(dsk: Dsk, serve: Serve) -> None:
    server = says(serve, '{"n": 0.5}', '{"n": 5}')
    result = ask(dsk, server, "--schema", "n int", "--retry-invalid", "1", "--record", "run.sse")
    assert (result.stdout, result.status) == (b'{"n": 5}\n', 0)
    assert dsk.run("replay", "--speed", "0", "run.sse") == result
    assert "n" in json.loads(dsk.run("log", "show", "1", "--json").stdout)["content"]


def test_a_session_goes_on_with_what_was_written(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    ask(dsk, server, "--session", "s", "--schema", "a int")
    ask(dsk, server, "--session", "s", "--schema", "[int]")
    ask(dsk, server, "--session", "s")
    said = server.requests[2].json["messages"]
    assert [message["content"] for message in said] == ["hi", '{"a":1}', "hi", "1\n1\n1\n", "hi"]
    assert not any("tool_calls" in message for message in said)
    assert "tools" not in server.requests[2].json


def test_tools_may_be_called_before_the_answer_that_has_to_fit(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script())
    tool = dsk.home / "look"
    described = json.dumps({"name": "look", "description": "Look", "parameters": {"type": "object"}})
    tool.write_text(f"#!/bin/sh\nif [ \"$1\" = --schema ]; then echo '{described}'; else echo seen; fi\n")
    tool.chmod(0o755)
    result = ask(dsk, server, "--tool", str(tool), "--allow-tool", "look", "--schema", "a int")
    assert (result.stdout, result.status) == (b'{"a":1}\n', 0)
    first, second = (seen.json for seen in server.requests)
    assert first["response_format"] == second["response_format"] == {"type": "json_object"}
    assert second["messages"][-1]["content"].startswith("seen")


def test_map_judges_each_record(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(faults=(parse_fault("misfitx1"),)))
    args = ("map", "-j", "1", "--base-url", server.base_url, "--schema", "a int")
    result = dsk.run(*args, "{}", stdin=b"one\ntwo\n")
    first, second = lines_of(result.stdout)
    assert (first["status"], first["error"]["message"][:40]) == (13, "the answer does not fit the schema: $.a:")
    assert (second["status"], second["content"]) == (0, '{"a":1}')
    assert result.status == 1
    server = serve(Script(faults=(parse_fault("misfitx1"),)))
    args = ("map", "--base-url", server.base_url, "--schema", "yes|no", "--retry-invalid", "1")
    result = dsk.run(*args, "{}", stdin=b"one\n")
    assert ([line["content"] for line in lines_of(result.stdout)], result.status) == (['"yes"\n'], 0)


def test_2_a_bad_schema_is_named_and_nothing_is_sent(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    server = serve(Script())
    result = ask(dsk, server, "--schema", "name, age number2")
    assert result.errors.splitlines()[0] == "dsk: --schema is no schema: character 11: there is no type number2"
    file = tmp_path / "person.json"
    file.write_text('{"type": "object", "properties": {"a": {"type": "strin"}}}')
    result = ask(dsk, server, "--schema", str(file))
    assert result.errors.startswith(f"dsk: {file} is no JSON Schema: $.properties.a.type: 'strin' is not valid")
    result = ask(dsk, server, "--schema", "no.json")
    assert result.errors.startswith("dsk: --schema: cannot read no.json: no such file or directory\n")
    result = ask(dsk, server, "--schema", "a", "-x")
    assert (result.status, server.requests) == (2, [])


def test_a_file_a_template_and_the_config_file_can_say_it(dsk: Dsk, serve: Serve, tmp_path: Path) -> None:
    server = serve(Script())
    (tmp_path / "person").write_text("name: of the dog, or the cat\nage int\n".replace(", or", " or"))
    assert ask(dsk, server, "--schema", f"@{tmp_path}/person").stdout == b'{"name":"name","age":1}\n'
    template = tmp_path / "t.toml"
    template.write_text('prompt = "{stdin}"\n[options]\nschema = "b bool"\n')
    args = ("ask", "--base-url", server.base_url)
    assert dsk.run(*args, "-t", str(template), stdin=b"x").stdout == b'{"b":true}\n'
    dsk.write_config('[defaults]\nschema = "[str"\n')
    result = dsk.run(*args, "hi", stdin=None)
    assert result.errors.startswith("dsk: --schema is no schema: character 5: the end where ] is to be")


def test_json_is_shown_as_it_is_on_a_terminal(dsk: Dsk, serve: Serve) -> None:
    text = '{"a": "*b* `c` \\u001b[31m"}'
    server = says(serve, text)
    for args in (["--schema", "a"], ["--json-mode", "--no-log"]):
        assert text in on_terminal(dsk, "ask", "-I", "--base-url", server.base_url, *args, "JSON")
