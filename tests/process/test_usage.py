"""Command lines that cannot be understood: what is said of them, and the next step."""

from __future__ import annotations

import pytest

from tests.harness import Dsk


def refused(dsk: Dsk, *args: str, env: dict[str, str] | None = None) -> tuple[str, str]:
    """The two lines of a usage error, without ``dsk:``; the hint is "" if there is none."""
    result = dsk.run(*args, stdin=None, env=env)
    assert (result.stdout, result.status) == (b"", 2), result
    first, *rest = result.errors.splitlines()
    return first.removeprefix("dsk: "), "".join(rest).removeprefix("dsk: hint: ")


@pytest.mark.parametrize(
    ("flag", "name"),
    [
        ("--base-url", "--base-url"),
        ("-m", "--model"),
        ("-P", "--profile"),
        ("-o", "--output"),
        ("-f", "--file"),
        ("--stop", "--stop"),
        ("--max-tokens", "--max-tokens"),
        ("--effort", "--effort"),
    ],
)
def test_an_empty_value_never_falls_through_to_a_default(dsk: Dsk, flag: str, name: str) -> None:
    assert refused(dsk, "ask", "--dry-run", flag, "", "hi")[0] == f"{name} is empty"
    assert refused(dsk, "ask", "--dry-run", "hi", flag, "x", flag, "")[0] == f"{name} is empty"


def test_an_empty_value_in_the_config_file_is_named_by_its_line(dsk: Dsk) -> None:
    path = dsk.write_config('[defaults]\nbase-url = ""\n')
    assert refused(dsk, "ask", "--dry-run", "hi")[0] == f"{path}:2: base-url is empty"


def test_an_empty_variable_counts_as_not_set(dsk: Dsk) -> None:
    env = {"DSK_BASE_URL": "", "DSK_MODEL": "", "DSK_PROFILE": "", "DSK_OUTPUT": "", "DSK_STDIN": ""}
    result = dsk.run("ask", "--dry-run", "hi", stdin=None, env=env)
    assert (result.errors, result.status) == ("", 0)
    assert '"deepseek-flash"' in result.text


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--max-tokens", "1e3"], "--max-tokens must be a whole number, at least 1, not '1e3'"),
        (["--max-tokens", "0"], "--max-tokens must be a whole number, at least 1, not '0'"),
        (["--retry", "9" * 19], f"--retry must be a whole number, at most {2**63 - 1}, not '{'9' * 19}'"),
        (["--logprobs", "21"], "--logprobs must be a whole number from 0 to 20, not '21'"),
        (["--temperature", "hot"], "--temperature must be a number from 0 to 2, not 'hot'"),
        (["--top-p", "nan"], "--top-p must be a number from 0 to 1, not 'nan'"),
        (["--stall", "0"], "--stall must be a number above 0, not '0'"),
        (["--effort", "huge"], "--effort must be none, low, high or max, not 'huge'"),
        (["--format", "xml"], "--format must be text, raw, json or jsonl, not 'xml'"),
        (["--think=maybe"], "--think takes no value"),
        (["--model"], "--model needs a value"),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_plain_words(dsk: Dsk, args: list[str], said: str) -> None:
    assert refused(dsk, "ask", "hi", *args) == (said, "dsk ask --help lists the options")


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DSK_MAX_TOKENS", "many", "--max-tokens must be a whole number, at least 1, not 'many'"),
        ("DSK_THINK", "maybe", "--think must be 1 or 0, yes or no, not 'maybe'"),
        ("DSK_ESCAPES", "x", "--escapes must be auto, show, strip or raw, not 'x'"),
    ],
)
def test_a_variable_that_does_not_fit_is_told_in_the_same_words(dsk: Dsk, variable: str, value: str, said: str) -> None:
    assert refused(dsk, "ask", "hi", env={variable: value})[0] == f"{variable} in the environment: {said}"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("max-tokens = 0", "max-tokens must be a whole number, at least 1, not 0"),
        ('max-tokens = "x"', "max-tokens must be a whole number, at least 1, not 'x'"),
        ("temperature = 3", "temperature must be a number from 0 to 2, not 3"),
        ('effort = "x"', "effort must be none, low, high or max, not 'x'"),
        ('usage = "x"', "usage must be true or false, not 'x'"),
    ],
)
def test_a_value_of_the_config_file_that_does_not_fit_is_told_in_the_same_words(dsk: Dsk, line: str, said: str) -> None:
    path = dsk.write_config(f"[defaults]\n{line}\n")
    assert refused(dsk, "ask", "hi")[0] == f"{path}:2: {said}"


def test_the_help_gives_ranges_in_words(dsk: Dsk) -> None:
    text = dsk.run("ask", "--help").text
    assert "[from 0 to 2]" in text
    assert "[at least 0]" not in text
    assert "<=" not in text
    assert ">=" not in text


@pytest.mark.parametrize(
    ("args", "said", "hint"),
    [
        (["ask", "--tempratur", "1"], "dsk ask has no option --tempratur", "did you mean --temperature?"),
        (["ask", "--temp", "1"], "dsk ask has no option --temp", "did you mean --template or --temperature?"),
        (["ask", "--max_tokens=1"], "dsk ask has no option --max_tokens", "did you mean --max-tokens?"),
        (["ask", "--tokens", "1"], "dsk ask has no option --tokens", "did you mean --max-tokens?"),
        (["ask", "--system-prompt", "x"], "dsk ask has no option --system-prompt", "did you mean --system?"),
        (
            ["ask", "--output-format", "x"],
            "dsk ask has no option --output-format",
            "did you mean --format or --output?",
        ),
        (["ask", "--no-thinking"], "dsk ask has no option --no-thinking", "did you mean --no-think?"),
        (
            ["ask", "--retr"],
            "dsk ask has no option --retr",
            "did you mean --retry, --retry-max-time or --retry-invalid?",
        ),
        (
            ["send", "--temperature", "1"],
            "dsk send has no option --temperature",
            "--temperature is an option of dsk ask, chat, sh and others",
        ),
        (
            ["send", "-m", "x"],
            "dsk send has no option -m",
            "-m is --model of dsk ask, chat, sh and others; dsk send --help lists the options",
        ),
        (
            ["decode", "--base-url", "x"],
            "dsk decode has no option --base-url",
            "--base-url is an option of dsk ask, chat, sh and others",
        ),
        (
            ["--model", "x", "ask"],
            "dsk has no option --model",
            "--model is an option of dsk ask, chat, sh and others: it stands after the command's name",
        ),
        (
            ["grep", "-e", "x"],
            "dsk grep has no option -e",
            "-e is --editor of dsk ask and chat; dsk grep --help lists the options",
        ),
        (
            ["chat", "--schema", "x"],
            "dsk chat has no option --schema",
            "--schema is an option of dsk ask, map and decode",
        ),
        (["log", "list", "--by", "x"], "dsk log list has no option --by", "--by is an option of dsk usage"),
        (["send", "--zzz"], "dsk send has no option --zzz", "dsk send --help lists the options"),
        (["--zzz"], "dsk has no option --zzz", "dsk --help lists the options"),
    ],
)
def test_an_unknown_option_is_named_with_what_may_be_meant(dsk: Dsk, args: list[str], said: str, hint: str) -> None:
    assert refused(dsk, *args) == (said, hint)


@pytest.mark.parametrize(
    ("command", "name"),
    [
        *(("ask", name) for name in ("--api-key", "--api_key", "--key", "--apikey")),
        ("send", "--api-key"),
        ("models", "--key"),
    ],
)
def test_a_key_as_an_option_is_sent_to_its_place_and_not_repeated(dsk: Dsk, command: str, name: str) -> None:
    hint = "a key is never given as an argument: dsk key set asks for it"
    assert refused(dsk, command, f"{name}=sk-secret") == (f"dsk {command} has no option {name}", hint)
    assert refused(dsk, command, name, "sk-secret") == (f"dsk {command} has no option {name}", hint)


@pytest.mark.parametrize("word", ["-5 + 3", "- item", "--- title\nand text", "-(a+b)=c", "-5"])
def test_a_prompt_that_begins_with_a_dash_is_told_of_the_two_dashes(dsk: Dsk, word: str) -> None:
    said, hint = refused(dsk, "ask", word)
    assert said.startswith("dsk ask has no option ")
    assert hint == "put -- before a prompt that begins with a dash"
    result = dsk.run("ask", "--dry-run", "--", word, stdin=None)
    assert result.status == 0


def test_a_short_option_that_is_unknown_may_be_a_prompt(dsk: Dsk) -> None:
    said, hint = refused(dsk, "ask", "-Z", "hi")
    assert said == "dsk ask has no option -Z"
    assert hint == "dsk ask --help lists the options; put -- before a prompt that begins with a dash"
    _, hint = refused(dsk, "ask", "-z", "hi")
    assert hint == "-z is --null-data of dsk grep; put -- before a prompt that begins with a dash"


def test_a_word_too_many_is_named(dsk: Dsk) -> None:
    said, hint = refused(dsk, "send", "a", "b")
    assert "(b)" in said
    assert hint == "dsk send -h shows the usage"


@pytest.mark.parametrize(("word", "repeated"), [("list", True), ("sett", True), ("sk-0123456789abcdef", False)])
def test_a_word_that_may_be_a_key_is_not_repeated(dsk: Dsk, word: str, repeated: bool) -> None:
    said, _ = refused(dsk, "key", word)
    assert (f"there is no command {word!r}" in said) is repeated
    assert (word in said) is repeated


def test_no_time_limit_is_zero_as_with_curl(dsk: Dsk) -> None:
    result = dsk.run("ask", "--offline", "--until", ".", "--max-time", "0", "--retry-max-time", "0", "hi", stdin=None)
    assert result.status == 0
    assert result.stdout


@pytest.mark.parametrize(
    ("field", "kind"), [("temperature=1", "number"), ("top_k=-7", "number"), ("store=true", "switch")]
)
def test_a_number_that_is_set_as_a_text_is_warned_of(dsk: Dsk, field: str, kind: str) -> None:
    name, value = field.split("=")
    result = dsk.run("ask", "--dry-run", "--set", field, "hi", stdin=None)
    assert result.errors == f'dsk: warning: --set {field} sends the text "{value}": {name}:={value} sends the {kind}\n'
    assert result.status == 0


@pytest.mark.parametrize("field", ["temperature:=1", "title=7", "note=true"])
def test_a_text_that_is_meant_is_not_warned_of(dsk: Dsk, field: str) -> None:
    warnings = dsk.run("ask", "--dry-run", "--set", field, "hi", stdin=None).errors
    assert "sends the text" not in warnings
