"""``dsk ask -t``: what a template makes of a question, as ``--dry-run`` shows it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from dsk.state.templates import SHIPPED
from tests.harness import Dsk
from tests.process.templates import body, prompt, refused, write_template


def test_system_prompt_and_options_are_those_of_the_template(dsk: Dsk) -> None:
    write_template(dsk, "t", 'system = "Be brief."\nprompt = "Why?"\n[options]\ntemperature = 0.5\nstop = ["a", "b"]\n')
    found = body(dsk, "-t", "t")
    assert found["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]
    assert (found["temperature"], found["stop"]) == (0.5, ["a", "b"])


def test_stdin_goes_where_the_template_has_its_place_less_its_final_newline(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = """\n<text>\n{stdin}\n</text>\nAgain: {stdin}\n"""')
    assert prompt(dsk, "-t", "t", "please", stdin=b"one\n\n") == "<text>\none\n\n</text>\nAgain: one\n\nplease"


def test_without_places_stdin_comes_before_the_prompt_and_words_after_it(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "Summarise."')
    assert prompt(dsk, "-t", "t", "in", "German", stdin=b"text\n") == "text\n\nSummarise.\n\nin German"
    assert prompt(dsk, "-t", "t") == "Summarise."


def test_words_go_where_the_template_has_their_place(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "Q: {words}?"')
    assert prompt(dsk, "-t", "t", "who", "am I", stdin=b"text") == "text\n\nQ: who am I?"
    assert prompt(dsk, "-t", "t", "a", "-", "b", stdin=b"text") == "Q: a\n\ntext\n\nb?"


def test_a_lone_dash_puts_stdin_among_the_words_after_the_prompt(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "Compare."')
    assert prompt(dsk, "-t", "t", "a", "-", stdin=b"text") == "Compare.\n\na\n\ntext"


def test_a_template_without_a_prompt_leaves_it_to_stdin_and_words(dsk: Dsk) -> None:
    write_template(dsk, "t", 'system = "Translate."')
    assert prompt(dsk, "-t", "t", "words", stdin=b"text") == "text\n\nwords"
    said = refused(dsk.run("ask", "--dry-run", "-t", "t"))
    assert said == [
        "there is no prompt: no words were given and stdin is empty",
        "dsk template show t shows what it asks",
    ]


def test_files_come_before_the_prompt_and_stand_in_for_stdin(dsk: Dsk) -> None:
    (dsk.home / "a.txt").write_text("alpha\n")
    write_template(dsk, "t", 'prompt = """\n{stdin}\n\nReview this.\n"""')
    assert prompt(dsk, "-t", "t", "-f", "a.txt") == "==> a.txt <==\nalpha\n\nReview this."
    assert prompt(dsk, "-t", "t", "-f", "a.txt", stdin=b"x") == "==> a.txt <==\nalpha\n\nx\n\nReview this."


@pytest.mark.parametrize(
    ("args", "stdin", "why"),
    [([], b"", "empty"), (["words"], b" \n", "blank"), (["-I"], b"text", "ignored (-I)")],
)
def test_a_template_that_wants_stdin_sends_nothing_without_it(
    dsk: Dsk, args: list[str], stdin: bytes, why: str
) -> None:
    write_template(dsk, "t", 'prompt = "{stdin} Review."')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", *args, stdin=stdin))
    assert said == [f"the template t wants something to read: stdin is {why}", "pipe it in, or name a file with -f"]


def test_stdin_cannot_go_to_two_places(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "{stdin} Review."')
    for args in (["-"], ["-f", "-"]):
        said = refused(dsk.run("ask", "--dry-run", "-t", "t", *args, stdin=b"text"))
        assert said == [
            "stdin is named more than once: it can be read only once",
            "leave one - where all of it is to go",
        ]


def test_words_that_are_blank_are_none(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "Q: {words}?"')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", " ", ""))
    assert said == ["the template t wants words: none were given", "they come after it: dsk ask -t t WORDS"]


@pytest.mark.parametrize("text", ['prompt = "{words}"', 'prompt = "{a}"'])
def test_what_is_missing_is_told_before_stdin_is_waited_for(dsk: Dsk, text: str) -> None:
    write_template(dsk, "t", text)
    read, write = os.pipe()
    with dsk.start("ask", "--dry-run", "-t", "t", stdin=read) as process:
        _, stderr = process.communicate(timeout=30)
    os.close(read)
    os.close(write)
    assert (process.returncode, stderr.splitlines()[0]) in [
        (2, b"dsk: the template t wants words: none were given"),
        (2, b"dsk: the template t wants the param a"),
    ]


def test_the_editor_is_given_the_whole_and_nothing_is_missed(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "Q: {words}? {stdin}"')
    assert prompt(dsk, "-t", "t", "-e", env={"EDITOR": "sed -i s/Q/A/"}) == "A: ? "


def test_params_are_those_given_else_their_defaults(dsk: Dsk) -> None:
    text = 'system = "Speak {lang}."\nprompt = "{n} {what}"\n[params]\nlang = "German"\nn = 5\nwhat = ""\n'
    write_template(dsk, "t", text)
    found = body(dsk, "-t", "t", "-p", "what=a=b", "--param", "n=6", "--param=n=7")
    assert [m["content"] for m in found["messages"]] == ["Speak German.", "7 a=b"]


def test_the_value_of_a_param_may_be_in_a_file(dsk: Dsk) -> None:
    (dsk.home / "v.txt").write_text("two\nlines\n")
    write_template(dsk, "t", 'prompt = "<{a}>"')
    assert prompt(dsk, "-t", "t", "-p", "a=@v.txt") == "<two\nlines>"
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", "-p", "a=@none.txt"))
    assert said == ["--param a none.txt: no such file or directory", "ls . shows what is there"]


def test_braces_are_doubled_in_the_template_and_as_they_are_in_values(dsk: Dsk) -> None:
    write_template(dsk, "t", """prompt = '{{"a": {a}}} {stdin} {words}'""")
    found = prompt(dsk, "-t", "t", "-p", "a={b}", "{c", stdin=b"{d}}")
    assert found == '{"a": {b}} {d}} {c'


def test_missing_params_are_named(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "{a} {b} {c}"\nparams = {b = "x"}')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t"))
    assert said == ["the template t wants the params a and c", "give it: -p a=TEXT -p c=TEXT"]
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", "-p", "a=1"))
    assert said == ["the template t wants the param c", "give it: -p c=TEXT"]


@pytest.mark.parametrize(
    ("text", "given", "hint"),
    [
        ('prompt = "{lang}"', "lnag=x", "did you mean lang?"),
        ('prompt = "{lang} {tone}"', "zzz=x", "its params are lang, tone"),
        ('prompt = "hi"', "zzz=x", "it has none"),
        ('prompt = "{LANG}"', "lang=x", "its params are LANG"),
    ],
)
def test_a_param_that_the_template_does_not_have_is_named(dsk: Dsk, text: str, given: str, hint: str) -> None:
    write_template(dsk, "t", text)
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", "-p", given))
    assert said == [f"the template t has no param {given.partition('=')[0]!r}", hint]


@pytest.mark.parametrize("given", ["lang", "=x", "a b=x", "stdin=x", "words=x"])
def test_what_is_no_param_is_refused(dsk: Dsk, given: str) -> None:
    write_template(dsk, "t", 'prompt = "{lang}"')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", "-p", given))
    assert said[0] == f"--param {given}: it is not K=V, with the name of a param for K"
    assert said[1].startswith("as in -p to=German")


def test_a_param_without_a_template_is_refused(dsk: Dsk) -> None:
    said = refused(dsk.run("ask", "--dry-run", "-p", "a=b", "hi"))
    assert said == ["--param a=b: no template is named", "-t names one"]


def test_the_order_is_flag_environment_template_profile_defaults(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "hi"\noptions = {max-tokens = 3}')
    dsk.write_config("[profiles.deepseek]\nmax_tokens = 2\n[defaults]\nmax-tokens = 1\n")
    env = {"DSK_MAX_TOKENS": "4"}
    assert body(dsk, "-t", "t", "--max-tokens", "5", env=env)["max_tokens"] == 5
    assert body(dsk, "-t", "t", env=env)["max_tokens"] == 4
    assert body(dsk, "-t", "t")["max_tokens"] == 3
    assert body(dsk, "hi")["max_tokens"] == 2
    dsk.write_config("[defaults]\nmax-tokens = 1\n")
    assert body(dsk, "-t", "t")["max_tokens"] == 3


def test_the_system_message_has_the_same_order(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "hi"\nsystem = "template"')
    dsk.write_config('[profiles.deepseek]\nsystem = "profile"\n[defaults]\nsystem = "defaults"\n')
    env = {"DSK_SYSTEM": "environment"}
    assert body(dsk, "-t", "t", "-s", "flag", env=env)["messages"][0]["content"] == "flag"
    assert body(dsk, "-t", "t", env=env)["messages"][0]["content"] == "environment"
    assert body(dsk, "-t", "t")["messages"][0]["content"] == "template"
    write_template(dsk, "t", 'prompt = "hi"')
    assert body(dsk, "-t", "t")["messages"][0]["content"] == "profile"
    write_template(dsk, "t", 'prompt = "hi"\nsystem = ""')
    assert [m["role"] for m in body(dsk, "-t", "t")["messages"]] == ["user"], "an empty one is none"


def test_a_system_message_with_an_at_sign_names_no_file(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "hi"\nsystem = "@none.txt"')
    assert body(dsk, "-t", "t")["messages"][0]["content"] == "@none.txt"


def test_the_base_url_has_the_same_order(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "hi"\noptions = {base-url = "http://127.0.0.1:1"}')
    dsk.write_config('[profiles.deepseek]\nbase_url = "http://127.0.0.1:2"\n')

    def asked(**env: str) -> str:
        return dsk.run("ask", "--print-curl", "-t", "t", stdin=None, env=env).text

    assert "http://127.0.0.1:1/" in asked()
    assert "http://127.0.0.1:3/" in asked(DEEPSEEK_BASE_URL="http://127.0.0.1:3")


def test_thinking_has_the_same_order_and_a_contradiction_its_line(dsk: Dsk) -> None:
    dsk.write_config("[profiles.deepseek]\nthink = true\n")
    write_template(dsk, "t", 'prompt = "hi"\n[options]\nthink = false\n')
    assert body(dsk, "-t", "t")["thinking"] == {"type": "disabled"}
    assert body(dsk, "-t", "t", "--think")["thinking"] == {"type": "enabled"}
    path = write_template(dsk, "t", 'prompt = "hi"\n[options]\nthink = true\neffort = "none"\n')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t"))
    assert said[0].startswith(f'{path}:4: think = true and effort = "none": ')


def test_an_option_of_the_template_may_choose_the_profile(dsk: Dsk) -> None:
    dsk.write_config('[profiles.box]\nbase_url = "http://127.0.0.1:1"\nmodel = "qwen3"\nkey_env = ""\n')
    path = write_template(dsk, "t", 'prompt = "hi"\n[options]\nprofile = "box"\n')
    assert body(dsk, "-t", "t")["model"] == "qwen3"
    write_template(dsk, "t", 'prompt = "hi"\n[options]\nprofile = "bux"\n')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t"))
    assert said[0].startswith(f"{path}:3: there is no profile 'bux': ")
    assert body(dsk, "-t", "t", "-P", "box")["model"] == "qwen3"


BROKEN = {
    "a key that is unknown": ('prompt = "hi"\npromt = "x"', "2: unknown key 'promt'", "did you mean prompt?"),
    "an option outside its table": (
        'prompt = "hi"\n\nthink = true',
        "3: unknown key 'think'",
        "options of dsk ask go under [options], defaults of placeholders under [params]",
    ),
    "a prompt of another type": ("prompt = 5", "1: prompt must be a text", 'as in prompt = "text"'),
    "params of another type": ('prompt = "hi"\nparams = "x"', "2: params must be a table", "[params] begins one"),
    "a param of another type": (
        'prompt = "{a}"\n[params]\na = true',
        "3: the param a must be a text or a whole number",
        'put it in quotes, as in a = "text"',
    ),
    "a param without a place": (
        'prompt = "{lang}"\n[params]\nlnag = "x"',
        "3: the param lnag is in neither system nor prompt",
        "did you mean lang?",
    ),
    "a param with a name of ours": (
        'prompt = "{stdin}"\n[params]\nstdin = "x"',
        "3: a param cannot be called 'stdin'",
        "letters, digits, _ and - make a name, which is none of stdin, words",
    ),
    "stdin in the system message": (
        'prompt = "hi"\nsystem = "{stdin}"',
        "2: system: {stdin} has its place in the prompt",
        "move it to prompt = ...; {{stdin}} stands for the word in braces",
    ),
    "a stray brace": (
        'system = "x"\nprompt = """\nuse {\nhere"""',
        "2: prompt: '{' in line 1 of it is no placeholder",
        "a name of letters, digits, _ and - makes one; {{ and }} stand for braces",
    ),
    "a placeholder that is none": (
        "prompt = '''\nas\n{\"a\": 1}'''",
        "1: prompt: '{\"a\": 1}' in line 2 of it is no placeholder",
        "a name of letters, digits, _ and - makes one; {{ and }} stand for braces",
    ),
    "a NUL": ('prompt = "a\\u0000b"', "1: prompt has a NUL in it", r"leave \u0000 out of it"),
    "an option that is unknown": (
        'prompt = "hi"\n[options]\nmodle = "x"',
        "3: unknown key 'modle' in [options]",
        "did you mean model?",
    ),
    "an option of another type": (
        'prompt = "hi"\n[options]\nthink = 1',
        "3: think must be true or false, not 1",
        "as in think = true",
    ),
    "an option out of its range": (
        'prompt = "hi"\n[options]\ntemperature = 3',
        "3: temperature must be a number from 0 to 2, not 3",
        "dsk ask --help lists the options",
    ),
    "system among the options": (
        'prompt = "hi"\n[options]\nsystem = "x"',
        "3: system is no key of [options]",
        "it stands before the first [table]",
    ),
    "another template": (
        'prompt = "hi"\n[options]\ntemplate = "x"',
        "3: template is no key of [options]",
        "a template cannot name another one",
    ),
    "no TOML": ('prompt = "hi"\nsystem', "2: not TOML: ", 'a line is key = "text", [table] or # comment'),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_wrong_with_a_template_is_told_with_file_and_line(dsk: Dsk, case: str) -> None:
    text, what, hint = BROKEN[case]
    path = write_template(dsk, "t", text)
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", "hi"))
    assert said[0].startswith(f"{path}:{what}")
    assert said[1:] == [hint]


def test_a_template_that_says_nothing_is_refused(dsk: Dsk) -> None:
    path = write_template(dsk, "t", 'description = "x"\nprompt = " "')
    said = refused(dsk.run("ask", "--dry-run", "-t", "t", "hi"))
    assert said == [
        f"{path}: there is neither a prompt nor a system message in it",
        'prompt = "..." is one; dsk template show summarise prints a whole template',
    ]


def test_a_template_that_is_not_there_is_named_with_a_near_one(dsk: Dsk) -> None:
    assert refused(dsk.run("ask", "--dry-run", "-t", "comit")) == [
        "there is no template 'comit'",
        "did you mean commit?",
    ]
    assert refused(dsk.run("ask", "--dry-run", "-t", "./x.toml")) == [
        "there is no template ./x.toml",
        "ls . shows what is there; dsk template list shows those that have a name",
    ]
    assert refused(dsk.run("ask", "--dry-run", "-t", "-x"))[0] == "a template cannot be called '-x'"
    assert refused(dsk.run("ask", "--dry-run", "hi", env={"DSK_TEMPLATE": "qqq"}))[0] == (
        "DSK_TEMPLATE in the environment: there is no template 'qqq'"
    )


def test_a_users_own_goes_before_one_that_comes_with_dsk(dsk: Dsk) -> None:
    write_template(dsk, "commit", 'prompt = "mine"')
    assert prompt(dsk, "-t", "commit") == "mine"


def test_a_template_may_be_named_by_its_path(dsk: Dsk) -> None:
    (dsk.home / "x.toml").write_text('prompt = "by path"')
    for path in ("x.toml", "./x.toml", str(dsk.home / "x.toml")):
        assert prompt(dsk, "-t", path) == "by path"


def test_an_empty_name_is_no_template(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "template"')
    assert prompt(dsk, "hi", env={"DSK_TEMPLATE": "t"}) == "template\n\nhi"
    assert prompt(dsk, "-t", "", "hi", env={"DSK_TEMPLATE": "t"}) == "hi"


def test_the_config_file_may_name_a_template_and_params_for_all(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "{a} {b}"')
    write_template(dsk, "u", 'prompt = "u"')
    path = dsk.write_config('[defaults]\ntemplate = "t"\nparam = ["a=1", "b=2"]\n')
    assert prompt(dsk) == "1 2"
    assert prompt(dsk, "-p", "b=3") == "1 3"
    assert prompt(dsk, "-t", "u") == "u"
    assert prompt(dsk, "-t", "", "hi") == "hi"
    dsk.write_config('[defaults]\ntemplate = "v"\n')
    assert refused(dsk.run("ask", "--dry-run"))[0] == f"{path}:2: there is no template 'v'"


def test_help_is_shown_whatever_the_template_is(dsk: Dsk) -> None:
    write_template(dsk, "t", "prompt = 5")
    result = dsk.run("ask", "-t", "t", "-h")
    assert (result.errors, result.status) == ("", 0)
    assert "--template" in result.text


def test_the_settings_are_shown_with_their_lines_in_the_template(dsk: Dsk) -> None:
    path = write_template(dsk, "t", 'system = "Speak {lang}."\n[options]\nmax-tokens = 7\n')
    lines = dsk.run("config", env={"DSK_TEMPLATE": "t"}).text.splitlines()
    assert f"max_tokens\t7\t{path}:3" in lines
    assert f"system\tSpeak {{lang}}.\t{path}:1" in lines
    assert "template\tt\tDSK_TEMPLATE" in lines


def test_an_option_that_is_a_format_is_taken(dsk: Dsk) -> None:
    write_template(dsk, "t", 'prompt = "hi"\n[options]\njson = true\noffline = true\n')
    assert dsk.run("ask", "-t", "t", "--until", ".", stdin=None).stdout.startswith(b'{"id":')
    assert not dsk.run("ask", "-t", "t", "--format", "text", "--until", ".", stdin=None).stdout.startswith(b"{")


def test_a_run_without_a_template_loads_nothing_of_them(dsk: Dsk) -> None:
    env = {"PYTHONPROFILEIMPORTTIME": "1"}
    late = {"dsk.prompt.template", "dsk.prompt.placeholders", "dsk.state.templates", "dsk.commands.overlay", "tomllib"}
    for args, wanted in ([], set()), (["-t", "name"], late - {"tomllib"}):
        result = dsk.run("ask", "--dry-run", "-I", "hi", *args, env=env)
        loaded = {line.rpartition("|")[2].strip() for line in result.errors.splitlines()}
        assert loaded & late >= wanted
        assert wanted or not loaded & late


@pytest.mark.parametrize("path", sorted(Path(SHIPPED).glob("*.toml")), ids=lambda path: path.stem)
def test_a_template_that_comes_with_dsk_makes_a_question(dsk: Dsk, path: Path) -> None:
    params = {"extract": ["-p", "fields=name, price"], "translate": ["-p", "to=German"]}
    found = body(dsk, "-t", path.stem, *params.get(path.stem, []), stdin=b"a document\n")
    system, user = (message["content"] for message in found["messages"])
    assert user.startswith("a document\n")
    assert not system.startswith("\n")
    assert not system.endswith("\n")
    assert max(len(line) for line in path.read_text().splitlines()) <= 120
