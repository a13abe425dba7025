"""The records: every format, from stdin and files, and what cannot be asked."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.harness import Dsk
from tests.map.helpers import Serve, contents, echo, lines_of, run

TABLE = 'name,text\nAnna,"Hello, ""you"""\nBert,"two\nlines"\n'


def test_lines_are_prompts_and_come_out_in_their_order(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), stdin=b"one\r\n\ntwo\nthr\xc3\xa9e")
    assert (result.errors, result.status) == ("", 0)
    assert contents(result.stdout) == ["one", "two", "thrée"]
    assert [(line["id"], line["input"]["line"]) for line in lines_of(result.stdout)] == [(1, 1), (2, 3), (3, 4)]


def test_a_line_has_the_promised_members_in_their_order(dsk: Dsk, serve: Serve) -> None:
    (line,) = lines_of(run(dsk, echo(serve), stdin=b"one\n").stdout)
    members = ["id", "input", "content", "reasoning", "finish_reason", "usage", "status", "attempts", "timing", "error"]
    assert list(line) == members
    assert (line["status"], line["attempts"], line["finish_reason"], line["error"]) == (0, 1, "stop", None)
    assert line["usage"]["total_tokens"] > 0
    assert line["timing"]["first_token"] <= line["timing"]["total"]


def test_words_come_after_the_record_as_with_ask(dsk: Dsk, serve: Serve) -> None:
    assert contents(run(dsk, echo(serve), "Shorter,", "please", stdin=b"one\n").stdout) == ["one\n\nShorter, please"]


def test_fields_go_where_the_words_have_places_for_them(dsk: Dsk, serve: Serve) -> None:
    words = "{id}: {text}, {{as it is}}"
    result = run(dsk, echo(serve), words, stdin=b'{"id":"a","text":"{b}"}\n{"id":"b","text":[1,null]}\n')
    assert contents(result.stdout) == ["a: {b}, {as it is}", "b: [1,null], {as it is}"]
    assert [line["id"] for line in lines_of(result.stdout)] == ["a", "b"]


def test_the_whole_record_is_a_pair_of_braces(dsk: Dsk, serve: Serve) -> None:
    assert contents(run(dsk, echo(serve), "<{}>", stdin=b'{"text": "one"}\n').stdout) == ['<{"text":"one"}>']


def test_objects_may_bring_a_prompt_or_messages(dsk: Dsk, serve: Serve) -> None:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}]
    records = [{"prompt": "p", "system": "own"}, {"messages": messages}]
    server = echo(serve)
    result = run(dsk, server, "-j", "1", "-s", "mine", stdin="\n".join(map(json.dumps, records)).encode())
    assert contents(result.stdout) == ["p", "u"]
    assert server.requests[0].json["messages"][0] == {"role": "system", "content": "own"}
    assert server.requests[1].json["messages"] == messages


@pytest.mark.parametrize("name", ["in.csv", "in.CSV", "in.csv.gz"])
def test_a_table_is_objects_by_its_header(dsk: Dsk, serve: Serve, name: str) -> None:
    path = dsk.home / name
    data = b"\xef\xbb\xbf" + TABLE.encode()
    path.write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    result = run(dsk, echo(serve), "-a", name, "{name} says {text}")
    assert contents(result.stdout) == ['Anna says Hello, "you"', "Bert says two\nlines"]
    assert [line["input"]["line"] for line in lines_of(result.stdout)] == [2, 3]
    assert lines_of(result.stdout)[0]["input"]["file"] == name


def test_columns_may_have_names_of_several_words(dsk: Dsk, serve: Serve) -> None:
    stdin = "Full Name,größe\nAnna,1\n".encode()
    assert contents(run(dsk, echo(serve), "--input", "csv", "{Full Name} {größe}", stdin=stdin).stdout) == ["Anna 1"]


def test_in_a_table_with_tabs_quotes_are_quotes(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), "--input", "tsv", "{b}{a}", stdin=b'a\tb\n"x\t"y"\n')
    assert contents(result.stdout) == ['"y""x']


def test_texts_between_nuls_may_have_lines(dsk: Dsk, serve: Serve) -> None:
    assert contents(run(dsk, echo(serve), "-0", stdin=b"a\nb\0\0c\0").stdout) == ["a\nb", "c"]


@pytest.mark.parametrize(
    ("stdin", "expected"),
    [
        (b'"a text"\n"and {one}"\n', ["a text", "and {one}"]),
        (b'{"prompt":"x"}\n', ["x"]),
        (b"a\0b", ["a", "b"]),
        (b'"Hello" she said\n', ['"Hello" she said']),
        (b"[1] a footnote\n", ["[1] a footnote"]),
        (gzip.compress(b"packed\n") + gzip.compress(b"twice\n"), ["packed", "twice"]),
    ],
    ids=["json texts", "json objects", "nuls", "a quote", "a bracket", "gzip"],
)
def test_the_format_is_seen_by_how_it_begins(dsk: Dsk, serve: Serve, stdin: bytes, expected: list[str]) -> None:
    assert contents(run(dsk, echo(serve), stdin=stdin).stdout) == expected


def test_several_files_are_one_input(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "one.txt").write_text("a\n")
    (dsk.home / "two.jsonl").write_text('"b"\n')
    result = run(dsk, echo(serve), "-a", "one.txt", "-a", "-", "-a", "two.jsonl", stdin=b"s\n")
    assert contents(result.stdout) == ["a", "s", "b"]
    assert [line["input"]["file"] for line in lines_of(result.stdout)] == ["one.txt", None, "two.jsonl"]


def test_a_backslash_before_u0000_is_no_nul(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), "--input", "jsonl", stdin=b'"a \\\\u0000"\n')
    assert (result.status, contents(result.stdout)) == (0, ["a \\u0000"])


BAD: dict[str, tuple[list[str], bytes, int, str]] = {
    "no JSON": (["--input", "jsonl"], b'"a"\n{"b":\n', 2, "it is not JSON"),
    "a number": (["--input", "jsonl"], b'"a"\n7\n', 2, "neither a JSON object nor a string"),
    "no UTF-8": ([], b"a\nb\xff\n", 2, "byte 1 is 0xff"),
    "a NUL": (["--input", "lines"], b"a\nb\0\n", 2, "byte 1 is NUL"),
    "an escaped NUL": (["--input", "jsonl"], b'"a"\n"b\\u0000"\n', 2, "there is a NUL in it"),
    "an escaped NUL in a field": (["{x}"], b'{"x":"a"}\n{"x":"b","y":[{"z":"\\u0000"}]}\n', 2, "there is a NUL in y"),
    "an escaped NUL in a name": (["{x}"], b'{"x":"a"}\n{"x":"b","\\u0000":1}\n', 2, "there is a NUL in it"),
    "no such field": (["{x}"], b'{"x":"a"}\n{"X":"b"}\n', 2, "no field 'x'"),
    "nothing to ask": (["{x}"], b'{"x":"a"}\n{"x":" "}\n', 2, "no prompt"),
    "no prompt": ([], b'{"prompt":"a"}\n{"text":"b"}\n', 2, "neither prompt nor messages"),
    "a short row": (["--input", "csv", "{x}"], b"x,y\na,1\nb\n", 3, "it has 1 field, the header has 2"),
    "a row with a stray quote": (["--input", "csv", "{x}"], b'x,y\na,1\n"b"c,2\n', 3, "it is no row of a table"),
    "a row that is no UTF-8": (["--input", "csv", "{x}"], b"x,y\na,1\nb,\xff\n", 3, "it is not UTF-8 text"),
}


@pytest.mark.parametrize(("args", "stdin", "line", "why"), BAD.values(), ids=BAD)
def test_what_cannot_be_asked_is_a_record_that_failed(
    dsk: Dsk, serve: Serve, args: list[str], stdin: bytes, line: int, why: str
) -> None:
    server = echo(serve)
    result = run(dsk, server, *args, stdin=stdin)
    assert result.status == 1
    good, bad = lines_of(result.stdout)
    assert (good["status"], good["content"]) == (0, "a")
    assert (bad["status"], bad["attempts"], bad["content"], bad["input"]["line"]) == (2, 0, "", line)
    assert why in bad["error"]["message"]
    assert f"record 2 (line {line} of stdin): {bad['error']['message']}" in result.errors
    assert "1 of 2 records are not complete" in result.errors
    assert len(server.requests) == 1


def test_strict_stops_at_the_first_bad_line(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), "--strict", "--input", "jsonl", stdin=b'"a"\n{\n"c"\n')
    assert (contents(result.stdout), result.status) == (["a"], 2)
    assert result.errors.startswith("dsk: line 2 of stdin cannot be asked: it is not JSON")


FAULTS: dict[str, tuple[list[str], bytes, str]] = {
    "no such file": (["-a", "none.txt"], b"", "cannot read none.txt: no such file"),
    "a folder": (["-a", "."], b"", "cannot read .: it is a directory"),
    "stdin twice": (["-a", "-", "-a", "-"], b"a\n", "stdin is named more than once"),
    "a stray brace": (['as {"a": 1}'], b"a\n", "is no placeholder"),
    "a header twice": (["--input", "csv"], b"a,a\n1,2\n", "names 'a' more than once"),
    "no such template": (["-t", "nonesuch"], b"a\n", "no template 'nonesuch'"),
    "a bad share": (["--halt", "10%%"], b"a\n", "--halt must be"),
    "a bad shard": (["--shard", "3/2"], b"a\n", "--shard must be I/N"),
    "no file to go on with": (["--resume"], b"a\n", "no file to go on with"),
    "a file that is stdin": (["-f", "-"], b"a\n", "stdin is where the records come from"),
}


@pytest.mark.parametrize(("args", "stdin", "message"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_with_the_command_line_is_told_before_anything_is_sent(
    dsk: Dsk, serve: Serve, args: list[str], stdin: bytes, message: str
) -> None:
    server = echo(serve)
    result = run(dsk, server, *args, stdin=stdin)
    assert (result.stdout, result.status) == (b"", 2)
    assert message in result.errors
    assert server.requests == []


def test_damaged_packing_ends_the_input_after_what_was_whole(dsk: Dsk, serve: Serve) -> None:
    packed = gzip.compress(b"one\n" * 3)
    result = run(dsk, echo(serve), stdin=packed[:-6])
    assert (contents(result.stdout), result.status) == (["one"] * 3, 2)
    assert "its gzip packing ends too early" in result.errors


def test_documents_stand_before_each_prompt(dsk: Dsk, serve: Serve) -> None:
    (dsk.home / "rules.txt").write_text("Be kind.\n")
    result = run(dsk, echo(serve), "-f", "rules.txt", "About {}", stdin=b"a\nb\n")
    assert contents(result.stdout) == [f"==> rules.txt <==\nBe kind.\n\nAbout {word}" for word in "ab"]


def template(dsk: Dsk, text: str) -> None:
    path = dsk.home / "config" / "dsk" / "templates" / "mine.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_the_params_of_a_template_are_fields_of_the_record(dsk: Dsk, serve: Serve) -> None:
    template(dsk, 'system = "In {tone}."\nprompt = "To {to}: {text}"\n[params]\ntone = "prose"\n')
    server = echo(serve)
    stdin = b'{"to":"A","text":"x"}\n{"to":"B","text":"y","tone":"verse"}\n{"text":"z"}\n'
    result = run(dsk, server, "-j", "1", "-t", "mine", stdin=stdin)
    assert contents(result.stdout) == ["To A: x", "To B: y", ""]
    assert [r.json["messages"][0]["content"] for r in server.requests] == ["In prose.", "In verse."]
    assert "wants the param to" in lines_of(result.stdout)[2]["error"]["message"]
    given = run(dsk, server, "-t", "mine", "-p", "to=C", stdin=stdin)
    assert contents(given.stdout) == ["To C: x", "To C: y", "To C: z"]


def test_a_template_that_reads_stdin_reads_the_record(dsk: Dsk, serve: Serve) -> None:
    template(dsk, 'prompt = "Mend: {stdin} ({words})"\n')
    assert contents(run(dsk, echo(serve), "-t", "mine", "soon", stdin=b"a\nb\n").stdout) == [
        "Mend: a (soon)",
        "Mend: b (soon)",
    ]
    without = run(dsk, echo(serve), "-t", "mine", stdin=b"a\n")
    assert (without.status, "wants words" in without.errors) == (2, True)


def choose(dsk: Dsk, serve: Serve, *args: str) -> list[int]:
    stdin = b"".join(b"%d\n" % n for n in range(1, 31))
    return [int(text) for text in contents(run(dsk, echo(serve), *args, stdin=stdin).stdout)]


def test_the_first_few_a_sample_or_a_share_may_be_asked(dsk: Dsk, serve: Serve) -> None:
    assert choose(dsk, serve, "--limit", "3") == [1, 2, 3]
    sample = choose(dsk, serve, "--sample", "5")
    assert len(set(sample)) == 5
    assert sample == sorted(sample) == choose(dsk, serve, "--sample", "5")
    assert sample != choose(dsk, serve, "--sample", "5", "--seed", "1")
    shares = [choose(dsk, serve, "--shard", f"{n}/3") for n in (1, 2, 3)]
    assert sorted(number for share in shares for number in share) == list(range(1, 31))
    assert shares[1] == list(range(2, 31, 3))
    assert choose(dsk, serve, "--shard", "2/3", "--limit", "2") == [2, 5]


def test_a_dry_run_shows_the_first_bodies_and_counts_the_tokens(dsk: Dsk, serve: Serve) -> None:
    server = echo(serve)
    result = run(dsk, server, "--dry-run", "--max-tokens", "10", "Say {}", stdin=b"abcdef\n" * 5)
    bodies = [json.loads(line) for line in result.stdout.splitlines()]
    assert [body["messages"] for body in bodies] == [[{"role": "user", "content": "Say abcdef"}]] * 3
    assert result.errors.splitlines() == [
        "dsk: 5 records, about 15 prompt tokens",
        "dsk: at most 50 tokens in the answers (--max-tokens)",
    ]
    assert (result.status, server.requests) == (0, [])


def test_a_dry_run_names_the_bad_lines(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), "--dry-run", "{a}", stdin=b'{"a":"x"}\n{"b":"y"}\n')
    assert result.status == 1
    assert "line 2 of stdin: there is no field 'a' in it" in result.errors
    assert "1 records, about 0 prompt tokens; 1 cannot be asked" in result.errors


def batch(custom_id: str, **body: Any) -> bytes:
    line = {"custom_id": custom_id, "method": "POST", "url": "/v1/chat/completions", "body": body}
    return json.dumps(line).encode() + b"\n"


def test_lines_of_the_batch_api_are_answered_in_its_format(dsk: Dsk, serve: Serve) -> None:
    messages = [{"role": "user", "content": "hi"}]
    model = "deepseek-flash"
    body = {"messages": messages, "max_tokens": 50, "thinking": {"type": "disabled"}}
    stdin = batch("one", model=model, **body) + batch("two", model=model, messages="x")
    server = echo(serve)
    result = run(dsk, server, stdin=stdin)
    one, two = lines_of(result.stdout)
    assert list(one)[:4] == ["id", "custom_id", "response", "error"]
    assert (one["custom_id"], one["response"]["status_code"], one["error"]) == ("one", 200, None)
    body = one["response"]["body"]
    assert (body["object"], body["model"]) == ("chat.completion", model)
    assert body["choices"][0]["message"] == {"role": "assistant", "content": "hi"}
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["total_tokens"] > 0
    assert (two["custom_id"], two["response"], two["dsk"]["status"]) == ("two", None, 2)
    assert "there are no messages" in two["error"]["message"]
    assert server.requests[0].json["max_tokens"] == 50
    assert result.status == 1


def test_a_refused_line_of_the_batch_api_has_the_http_status(dsk: Dsk, serve: Serve) -> None:
    stdin = batch("one", model="deepseek-flash", messages=[{"role": "user", "content": "hi"}])
    (line,) = lines_of(run(dsk, echo(serve, "422"), stdin=stdin).stdout)
    assert (line["response"]["status_code"], line["error"], line["dsk"]["status"]) == (422, None, 9)
    assert line["response"]["body"]["error"]["message"]


def test_a_field_that_no_text_has_is_explained_once_and_not_to_be_asked_again(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), "Good? {text}", stdin=b"id,text\n1,fine\n2,bad\n")
    assert result.errors.count("hint: records with fields are --input csv, tsv or jsonl") == 1
    assert "see to the input or the prompt" in result.errors.splitlines()[-1]
    assert (result.status, "--retry-failed" in result.errors) == (1, False)


def test_a_run_that_was_halted_can_be_gone_on_with_though_nothing_could_be_asked(dsk: Dsk, serve: Serve) -> None:
    result = run(dsk, echo(serve), "--halt", "fail=1", "-j", "1", "{text}", stdin=b"a\nb\nc\n")
    assert "--resume goes on" in result.errors.splitlines()[-1]


def test_a_dry_run_says_once_what_is_wrong_with_many(dsk: Dsk, serve: Serve) -> None:
    stdin = b"text\n" + b"x\n" * 10
    result = run(dsk, echo(serve), "--dry-run", "--input", "csv", "T {txt}", stdin=stdin)
    assert result.errors.splitlines() == [
        "dsk: warning: line 2 of stdin and 9 more: there is no field 'txt' in it",
        "dsk: hint: did you mean text?",
        "dsk: 0 records, about 0 prompt tokens; 10 cannot be asked",
    ]


def test_each_kind_of_record_that_cannot_be_asked_says_once_what_to_do(dsk: Dsk) -> None:
    lines = [
        b"{a",
        b'"\\u0000"',
        b"3",
        b'{"custom_id":"1","body":{},"url":"/v1/embeddings"}',
        b'{"custom_id":"2","body":{}}',
        b'{"custom_id":"3","body":{"messages":[]},"method":"GET"}',
    ]
    told = dsk.run("map", "--dry-run", stdin=b"\n".join(lines)).errors.splitlines()
    assert told[1:-1:2] == [
        "dsk: hint: --input lines takes each line as a text",
        r"dsk: hint: leave \u0000 out of it",
        "dsk: hint: --input lines takes each line as a text",
        "dsk: hint: leave such lines out: grep -vF /v1/embeddings",
        'dsk: hint: it has to have "messages": [{"role": "user", "content": "..."}]',
        "dsk: hint: leave its method out",
    ]
    table = b'a,b\n1,2\n1\n"x"y,2\n\xff,1\n\0,1\n'
    told = dsk.run("map", "--dry-run", "--input", "csv", "hi", stdin=table).errors.splitlines()
    assert told[1:-1:2] == [
        "dsk: hint: a field with a comma in it is in quotes; what is left empty has its comma too",
        "dsk: hint: a quote in a quoted field is doubled; --input tsv takes quotes as they are",
        "dsk: hint: convert it first: iconv -f LATIN1 -t UTF-8",
        r"dsk: hint: clean it first: tr -d '\0'",
    ]
