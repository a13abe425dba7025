"""``dsk test``: a question whose answer is an exit status."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import log
from typing import Any

import pytest

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import Dsk, Result

Serve = Callable[[Script], ScriptedServer]
QUESTION = "Is it broken?"
REFUSED = json.dumps({"error": {"message": "top_logprobs is limited", "type": "invalid_request_error"}}).encode()
ROWS = [{"token": "Yes", "logprob": log(0.9)}, {"token": "No", "logprob": log(0.1)}]


def judge(serve: Serve, p: float = 0.99, *faults: str, **reply: Any) -> ScriptedServer:
    """An endpoint that says Yes of what holds ``bad``, No of anything else, each as likely as ``p``."""
    answer = Reply(yes_if="bad", logprobs=(log(p),), **reply)
    return serve(Script(replies=(answer,), faults=tuple(map(parse_fault, faults))))


def ask(dsk: Dsk, server: ScriptedServer, *args: str, stdin: bytes | None = b"a bad day", **kw: Any) -> Result:
    return dsk.run("test", "--base-url", server.base_url, "--retry", "0", *args, QUESTION, stdin=stdin, **kw)


def whole(content: str, logprobs: object) -> bytes:
    """A whole answer, as servers send it that do not stream."""
    choice = {"index": 0, "message": {"content": content}, "logprobs": logprobs, "finish_reason": "stop"}
    return json.dumps({"id": "1", "model": "m", "choices": [choice]}).encode()


def test_the_answer_is_the_exit_status_and_nothing_is_written(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve)
    assert ask(dsk, server) == Result(b"", b"", 0)
    assert ask(dsk, server, stdin=b"a good day") == Result(b"", b"", 1)
    assert server.requests[0].json == {
        "model": "deepseek-flash",
        "messages": [
            {"role": "system", "content": server.requests[0].json["messages"][0]["content"]},
            {"role": "user", "content": f"a bad day\n\n{QUESTION}"},
        ],
        "stream": False,
        "thinking": {"type": "disabled"},
        "max_tokens": 1,
        "logprobs": True,
        "top_logprobs": 20,
    }
    assert "Yes or No" in server.requests[0].json["messages"][0]["content"]


def test_what_is_neither_likely_nor_unlikely_enough_is_unsure(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve, 0.7)
    unsure = b"dsk: unsure: p_yes is 0.7, the threshold 0.8\n"
    assert ask(dsk, server) == Result(b"", unsure, 2)
    assert ask(dsk, server, stdin=b"good") == Result(b"", unsure.replace(b"0.7", b"0.3"), 2)
    assert ask(dsk, server, "--threshold", "0.6", "-v") == Result(
        b"", b"dsk: yes: p_yes is 0.7, the threshold 0.6\n", 0
    )
    assert ask(dsk, server, "--unsure", "yes") == Result(b"", b"", 0)
    assert ask(dsk, server, "--unsure", "no", "-v") == Result(
        b"", b"dsk: unsure: p_yes is 0.7, the threshold 0.8, taken for no (--unsure)\n", 1
    )


def test_json_has_the_probability_and_what_it_took(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, judge(serve, 0.75), "--json", "--unsure", "no")
    found = json.loads(result.stdout)
    assert list(found) == [
        *("answer", "p_yes", "logprobs", "threshold"),
        *("id", "model", "content", "finish_reason", "usage", "timing", "status", "error"),
    ]
    assert found["p_yes"] == pytest.approx(0.75)
    assert (found["answer"], found["logprobs"], found["threshold"], found["content"]) == ("no", True, 0.8, "Yes")
    assert (found["status"], found["error"], result.status) == (1, None, 1)
    assert found["usage"]["completion_tokens"] == 1
    failed = ask(dsk, judge(serve, 0.9, "500"), "--json")
    found = json.loads(failed.stdout)
    assert (found["answer"], found["p_yes"], found["status"], found["error"]["http_status"]) == (None, None, 6, 500)
    assert failed.status == 6


def test_of_a_server_without_log_probabilities_the_text_is_taken_and_that_is_said(dsk: Dsk, serve: Serve) -> None:
    said = b"dsk: the server gives no log probabilities: p_yes is 1 or 0, by the text of the answer\n"
    server = serve(Script(replies=(Reply(body=whole("No.", None)),)))
    assert ask(dsk, server) == Result(b"", said, 1)
    # Some refuse what they do not have: some give a few, some none.
    few = whole("Yes", {"content": [ROWS[0] | {"top_logprobs": ROWS}]})
    server = serve(Script(replies=(Reply(status=400, body=REFUSED), Reply(body=few))))
    assert ask(dsk, server, "-v") == Result(b"", b"dsk: yes: p_yes is 0.9, the threshold 0.8\n", 0)
    assert [seen.json.get("top_logprobs") for seen in server.requests] == [20, 5]
    refusal = Reply(status=400, body=REFUSED)
    server = serve(Script(replies=(refusal, refusal, Reply(body=whole("Yes", None)))))
    assert ask(dsk, server) == Result(b"", said, 0)
    assert [seen.json.get("logprobs") for seen in server.requests] == [True, True, None]


def test_log_probabilities_above_0_are_no_answer(dsk: Dsk, serve: Serve) -> None:
    server = serve(Script(replies=(Reply(body=whole("Yes", {"content": [ROWS[0] | {"logprob": 5.0}]})),)))
    result = ask(dsk, server)
    assert (result.stdout, result.status) == (b"", 13)
    assert result.errors.startswith("dsk: the log probabilities are none: 5.0 is above 0\ndsk: hint: ")


@pytest.mark.parametrize(
    ("faults", "args", "status"),
    [
        (("500",), (), 6),
        (("402",), (), 4),
        (("400",), (), 9),
        ((), ("--threshold", "0.4"), 2),
        ((), ("--unsure", "perhaps"), 2),
        ((), ("-m", ""), 2),
        (("finish=content_filter",), (), 11),
    ],
)
def test_a_failure_is_no_answer(
    dsk: Dsk, serve: Serve, faults: tuple[str, ...], args: tuple[str, ...], status: int
) -> None:
    result = ask(dsk, judge(serve, 0.99, *faults), *args)
    assert (result.stdout, result.status) == (b"", status)
    assert result.errors.startswith("dsk: ")


def test_nothing_of_this_machine_is_taken_for_a_no(dsk: Dsk, serve: Serve) -> None:
    command = dsk.shell_words("test", "--base-url", judge(serve).base_url, "--json", QUESTION)
    full = dsk.shell(f"{command} > /dev/full")
    assert (full.errors.splitlines()[0], full.status) == ("dsk: cannot write to stdout: no space left on device", 2)
    nothing = dsk.run("test", stdin=b"")
    assert nothing.status == 2
    assert nothing.errors.splitlines()[0] == "dsk: there is no prompt: no words were given and stdin is empty"
    dead = dsk.run("test", "--base-url", "http://127.0.0.1:9", "--retry", "0", QUESTION, stdin=None)
    assert dead.status == 7


def test_an_answer_that_is_neither_has_failed(dsk: Dsk, serve: Serve) -> None:
    result = ask(dsk, serve(Script(replies=(Reply(text="Perhaps so"),))))
    assert result.errors.splitlines()[0] == "dsk: the answer is neither yes nor no: 'Perhaps'"
    assert result.status == 13


def test_files_and_body_fields_go_along_and_the_config_file_makes_no_long_answer(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve)
    dsk.write_config(
        '[profiles.deepseek]\nsystem = "Be brief."\nthink = true\nmax_tokens = 900\n'
        "[defaults]\nstop = ['x']\nmax-tokens = 800\n"
    )
    (dsk.home / "day.txt").write_text("a bad day")
    result = ask(dsk, server, "-f", "day.txt", "--set", "top_k:=7", "--max-tokens", "3", "-n", stdin=None)
    assert result == Result(b"", b"", 0)
    body = server.requests[0].json
    assert body["messages"][1]["content"].startswith("==> day.txt <==")
    assert "brief" not in body["messages"][0]["content"]
    assert (body["top_k"], body["max_tokens"], body["thinking"]) == (7, 3, {"type": "disabled"})
    assert "stop" not in body
    logged = dsk.run("log", "list", "--json")
    assert logged.text == "", "-n keeps it out of the log"


def test_no_other_server_is_told_not_to_think_unless_its_profile_says_that_it_knows(dsk: Dsk, serve: Serve) -> None:
    server = judge(serve)
    profile = f'[profiles.other]\nbase_url = "{server.base_url}"\nmodel = "m"\nkey_env = ""\n'
    dsk.write_config(profile)
    result = dsk.run("test", "-P", "other", QUESTION, stdin=b"bad")
    assert "thinking" not in server.requests[0].json
    assert result.errors.splitlines()[0] == "dsk: there is no answer: the model thinks first"
    assert result.status == 10
    dsk.write_config(f"{profile}think = true\n")
    assert dsk.run("test", "-P", "other", QUESTION, stdin=b"bad").status == 0
    assert server.requests[1].json["thinking"] == {"type": "disabled"}
    runs = [json.loads(line) for line in dsk.run("log", "list", "--json").text.splitlines()]
    assert sorted(run["status"] for run in runs) == [0, 10]


def test_offline_and_dry_run_need_no_key(dsk: Dsk) -> None:
    offline = dsk.run("test", "--offline", "Are there errors?", stdin=b"an error", env={"DEEPSEEK_API_KEY": ""})
    assert (offline.stdout, offline.status) == (b"", 0)
    shown = dsk.run("test", "--dry-run", QUESTION, stdin=None, env={"DEEPSEEK_API_KEY": ""})
    assert json.loads(shown.stdout)["messages"][1]["content"] == QUESTION
