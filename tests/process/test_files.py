"""``--file``: pictures, folders and patterns, as whole processes see them in ``--dry-run``."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import threading
from collections.abc import Callable, Mapping
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import DEADLINE, Dsk, Result

PICTURES = {
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\xff",
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0",
    "gif": b"GIF89a\x01\0\x01\0\xff",
    "webp": b"RIFF\x24\0\0\0WEBPVP8 \xff",
}
DATA = PICTURES["png"]


def content(result: Result) -> Any:
    """What the user's message holds."""
    assert result.status == 0, result.errors
    return json.loads(result.stdout)["messages"][-1]["content"]


def sent(dsk: Dsk, *args: str, stdin: bytes | None = None, **kw: Any) -> Any:
    result = dsk.run("ask", "--dry-run", *args, stdin=stdin, **kw)
    found = content(result)
    assert result.errors == ""
    return found


def text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def picture(kind: str, data: bytes) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": f"data:image/{kind};base64,{base64.b64encode(data).decode()}"}}


def put(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())


def git(folder: Path, *args: str) -> None:
    env = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *args], cwd=folder, env=env, check=True, timeout=DEADLINE)


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_is_told_by_its_content_and_not_by_its_name(dsk: Dsk, kind: str) -> None:
    put(dsk.home, {"a.txt": PICTURES[kind]})
    assert sent(dsk, "-f", "a.txt", "What is it?") == [
        text("==> a.txt <=="),
        picture(kind, PICTURES[kind]),
        text("What is it?"),
    ]


def test_how_closely_a_picture_is_looked_at_can_be_said(dsk: Dsk) -> None:
    put(dsk.home, {"a.png": DATA})
    (_, part) = sent(dsk, "-f", "a.png", "--image-detail", "original")
    assert part["image_url"] == picture("png", DATA)["image_url"] | {"detail": "original"}


def test_pictures_and_texts_keep_their_order(dsk: Dsk) -> None:
    put(dsk.home, {"a.txt": "alpha\n", "b.png": DATA, "c.png": DATA, "d.txt": "delta"})
    names = [word for name in ("a.txt", "b.png", "c.png", "d.txt") for word in ("-f", name)]
    assert sent(dsk, *names, "Compare", stdin=b"stdin\n") == [
        text("==> a.txt <==\nalpha\n\n==> b.png <=="),
        picture("png", DATA),
        text("==> c.png <=="),
        picture("png", DATA),
        text("==> d.txt <==\ndelta\n\nstdin\n\nCompare"),
    ]


def test_a_picture_is_enough(dsk: Dsk) -> None:
    put(dsk.home, {"a.png": DATA})
    assert sent(dsk, "-f", "a.png") == [text("==> a.png <=="), picture("png", DATA)]


@pytest.mark.parametrize("kind", PICTURES)
def test_a_picture_may_come_from_standard_input(dsk: Dsk, kind: str) -> None:
    data = PICTURES[kind] + bytes(range(256)) * 1000
    assert sent(dsk, "-f", "-", "hi", stdin=data) == [text("==> stdin <=="), picture(kind, data), text("hi")]


def test_a_picture_in_pieces_is_a_picture(dsk: Dsk) -> None:
    result = dsk.shell(r"(printf 'RIFF\44\0'; sleep 0.1; printf '\0\0WEBPVP8 \377') | dsk ask --dry-run -f - hi")
    assert content(result)[1] == picture("webp", PICTURES["webp"])


def test_standard_input_that_is_not_a_file_is_text(dsk: Dsk) -> None:
    result = dsk.run("ask", "--dry-run", "hi", stdin=DATA)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines()[1] == "dsk: hint: -f sends images: -f FILE, or -f - for stdin"
    assert dsk.run("ask", "--dry-run", "-f", "-", "hi", stdin=b"RIFF\0\0").status == 2


class _Folder(SimpleHTTPRequestHandler):
    def log_message(self, *_args: Any) -> None:
        return


def test_a_picture_may_be_a_url(dsk: Dsk) -> None:
    put(dsk.home, {"served/a.txt": DATA})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Folder, directory=str(dsk.home / "served"))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_address[1]}/a.txt"
        assert sent(dsk, "-f", url) == [text(f"==> {url} <=="), picture("png", DATA)]
        server.shutdown()


def test_an_editor_has_the_text_and_the_pictures_stay_before_it(dsk: Dsk) -> None:
    put(dsk.home, {"a.png": DATA})
    found = sent(dsk, "-f", "a.png", "-e", "hi", env={"VISUAL": "sed -i s/hi/ho/"})
    assert found == [text("==> a.png <=="), picture("png", DATA), text("ho")]


def test_a_model_that_sees_nothing_gets_no_picture(dsk: Dsk) -> None:
    put(dsk.home, {"a.png": DATA})
    result = dsk.run("ask", "--dry-run", "-m", "deepseek-v4-pro", "-f", "a.png", "hi", stdin=None)
    assert result == Result(b"", b"dsk: deepseek-v4-pro sees no images\ndsk: hint: -m deepseek-flash does\n", 2)
    dsk.write_config('[profiles.other]\nbase_url = "http://127.0.0.1:9"\nmodel = "deepseek-v4-pro"\n')
    assert sent(dsk, "-P", "other", "-f", "a.png", "hi")[1] == picture("png", DATA), "elsewhere it may see"


def test_more_than_deepseek_takes_is_told_before_it_is_sent(dsk: Dsk) -> None:
    put(dsk.home, {"a.png": DATA + bytes(40 << 20)})
    result = dsk.run("ask", "--dry-run", "-f", "a.png", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: the images are too large: in the request they are 53 MiB, and DeepSeek takes")


def test_a_picture_is_sent_and_the_log_shows_its_name(dsk: Dsk, serve: Callable[[Script], ScriptedServer]) -> None:
    server = serve(Script(replies=(Reply(text="A dot."),)))
    put(dsk.home, {"a.png": DATA})
    result = dsk.run("ask", "--base-url", server.base_url, "-f", "a.png", "What?", stdin=None)
    assert result == Result(b"A dot.\n", b"", 0)
    parts = json.loads(server.requests[0].body)["messages"][0]["content"]
    assert parts[1] == picture("png", DATA)
    assert "--- Prompt\n==> a.png <==\n\nWhat?\n" in dsk.run("log", "show").text


FILES: dict[str, str | bytes] = {
    "src/b.py": "b\n",
    "src/a.py": "a\n",
    "src/sub/c.py": "c\n",
    "src/sub/c.txt": "text\n",
    "src/.hidden": "secret\n",
    "src/.venv/d.py": "hidden\n",
    "src/logo.png": DATA,
    "src/latin1.txt": b"\xe4",
}


def test_a_folder_is_its_text_files_in_order_each_under_its_name(dsk: Dsk) -> None:
    put(dsk.home, FILES)
    (dsk.home / "src/link.py").symlink_to("a.py")
    os.mkfifo(dsk.home / "src/fifo.py")
    for name in ("src", "src/", "./src"):
        result = dsk.run("ask", "--dry-run", "-f", name, "Explain", stdin=None)
        assert content(result) == (
            "==> src/a.py <==\na\n\n==> src/b.py <==\nb\n\n==> src/sub/c.py <==\nc\n\n"
            "==> src/sub/c.txt <==\ntext\n\nExplain"
        )
        assert result.errors.splitlines() == [
            "dsk: src/a.py, 2 bytes",
            "dsk: src/b.py, 2 bytes",
            "dsk: src/sub/c.py, 2 bytes",
            "dsk: src/sub/c.txt, 5 bytes",
            f"dsk: {name}: 4 files, 11 bytes; 1 image left out; 1 that is no text left out",
        ]


def test_the_folder_one_is_in_is_not_named(dsk: Dsk) -> None:
    put(dsk.home, FILES)
    result = dsk.run("ask", "--dry-run", "-f", ".", stdin=None, cwd=dsk.home / "src/sub")
    assert content(result) == "==> c.py <==\nc\n\n==> c.txt <==\ntext\n"


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("src/*.py", ["src/a.py", "src/b.py"]),
        ("src/**/*.py", ["src/a.py", "src/b.py", "src/sub/c.py"]),
        ("**/c.*", ["src/sub/c.py", "src/sub/c.txt"]),
        ("src/**", ["src/a.py", "src/b.py", "src/sub/c.py", "src/sub/c.txt"]),
        ("s*/[ab].py", ["src/a.py", "src/b.py"]),
        ("src/?.py", ["src/a.py", "src/b.py"]),
        ("src/.h*", ["src/.hidden"]),
        ("src/.venv/*.py", ["src/.venv/d.py"]),
        ("**/.venv/*.py", ["src/.venv/d.py"]),
        ("*/*/*.txt", ["src/sub/c.txt"]),
    ],
)
def test_a_pattern_is_the_text_files_that_it_matches(dsk: Dsk, pattern: str, names: list[str]) -> None:
    put(dsk.home, FILES)
    for prefix in ("", f"{dsk.home}/"):
        result = dsk.run("ask", "--dry-run", "-f", prefix + pattern, stdin=None)
        found = content(result)
        shown = [line[4:-4] for line in found.splitlines() if line.startswith("==> ")]
        assert shown == [prefix + name for name in names]
        # In a checkout as well.
        git(dsk.home, "init", "-q")


def test_a_file_that_is_named_like_a_pattern_is_that_file(dsk: Dsk) -> None:
    put(dsk.home, {"a[1].txt": "one\n", "a1.txt": "other\n"})
    assert sent(dsk, "-f", "a[1].txt") == "==> a[1].txt <==\none\n"


def test_in_a_checkout_what_git_ignores_is_left_out(dsk: Dsk) -> None:
    put(dsk.home, FILES | {".gitignore": "*.txt\nbuild/\n", "src/new.py": "new\n", "src/build/x.py": "x\n"})
    git(dsk.home, "init", "-q")
    git(dsk.home, "add", "src/a.py", "src/b.py")
    (dsk.home / "src/b.py").unlink()
    for source in ("src", "src/**"):
        found = content(dsk.run("ask", "--dry-run", "-f", source, stdin=None))
        assert found == "==> src/a.py <==\na\n\n==> src/new.py <==\nnew\n\n==> src/sub/c.py <==\nc\n"
    # What is named itself is meant.
    assert content(dsk.run("ask", "--dry-run", "-f", "src/build", stdin=None)) == "==> src/build/x.py <==\nx\n"
    assert content(dsk.run("ask", "--dry-run", "-f", "src/sub/c.txt", stdin=None)) == "==> src/sub/c.txt <==\ntext\n"


def test_checkouts_below_the_folder_obey_their_own_git(dsk: Dsk) -> None:
    put(dsk.home, {"nest/a.txt": "a\n", "nest/in/r/.gitignore": "*.env\n", "nest/in/r/b.txt": "b\n"})
    put(dsk.home, {"nest/in/r/s.env": "secret\n", "nest/in/r/sub/t.env": "secret\n", "nest/in/t.env": "no checkout\n"})
    git(dsk.home / "nest/in/r", "init", "-q")
    expected = ["==> nest/a.txt <==", "==> nest/in/r/b.txt <==", "==> nest/in/t.env <=="]
    for source, headings in {"nest": expected, "nest/**/*.env": expected[2:], "nest/*/*/*.txt": expected[1:2]}.items():
        made = content(dsk.run("ask", "--dry-run", "-f", source, stdin=None))
        assert [line for line in made.splitlines() if line.startswith("==>")] == headings
        assert "secret" not in made


def test_only_a_folder_that_is_ignored_itself_is_meant_all_the_same(dsk: Dsk) -> None:
    put(dsk.home, {".gitignore": "build/\n*.env\n", "build/x.txt": "x\n", "keys/s.env": "secret\n"})
    git(dsk.home, "init", "-q")
    assert content(dsk.run("ask", "--dry-run", "-f", "build", stdin=None)) == "==> build/x.txt <==\nx\n"
    result = dsk.run("ask", "--dry-run", "-f", "keys", stdin=None)
    assert (result.status, result.errors.splitlines()[0]) == (2, "dsk: --file keys: there is no text file in it")


def test_the_repository_of_a_hook_is_not_taken_for_that_of_the_folder(dsk: Dsk) -> None:
    put(dsk.home, {"one/a.txt": "a\n", "two/b.txt": "b\n", "two/.gitignore": "c.txt\n", "two/c.txt": "c\n"})
    for name in ("one", "two"):
        git(dsk.home / name, "init", "-q")
    env = {"GIT_DIR": str(dsk.home / "one/.git"), "GIT_WORK_TREE": str(dsk.home / "one")}
    assert content(dsk.run("ask", "--dry-run", "-f", "two", stdin=None, env=env)) == "==> two/b.txt <==\nb\n"


def test_a_checkout_does_not_choose_a_program_that_is_run(dsk: Dsk) -> None:
    put(dsk.home, {"src/a.py": "a\n", "run.sh": "#!/bin/sh\ntouch ran\n"})
    (dsk.home / "run.sh").chmod(0o755)
    git(dsk.home, "init", "-q")
    git(dsk.home, "config", "core.fsmonitor", str(dsk.home / "run.sh"))
    assert content(dsk.run("ask", "--dry-run", "-f", "src", stdin=None)) == "==> src/a.py <==\na\n"
    assert not list(dsk.home.rglob("ran"))


def test_a_checkout_that_git_cannot_read_is_told(dsk: Dsk) -> None:
    put(dsk.home, {"src/a.py": "a\n", ".git": "gitdir: nowhere\n"})
    result = dsk.run("ask", "--dry-run", "-f", "src", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: --file src: git cannot list it: fatal: ")
    assert result.errors.endswith("dsk: hint: name the files themselves\n")


def test_a_pattern_that_names_images_sends_them_and_others_say_how(dsk: Dsk) -> None:
    put(dsk.home, {"p/a.PNG": DATA, "p/b.PNG": "a text\n", "p/c.PNG": b"\0", "p/d.gif": PICTURES["gif"]})
    result = dsk.run("ask", "--dry-run", "-f", "p/*.PNG", "hi", stdin=None)
    assert content(result) == [
        text("==> p/a.PNG <=="),
        picture("png", DATA),
        text("==> p/b.PNG <==\na text\n\nhi"),
    ]
    assert result.errors.splitlines() == [
        f"dsk: p/a.PNG, image, {len(DATA)} bytes",
        "dsk: p/b.PNG, 7 bytes",
        f"dsk: p/*.PNG: 2 files, {len(DATA) + 7} bytes; 1 that is no text left out",
    ]
    (dsk.home / "p/b.PNG").unlink()
    for source, why in {"p": "there is no text file in it", "p/*": "no text file matches"}.items():
        result = dsk.run("ask", "--dry-run", "-f", source, "hi", stdin=None)
        assert (result.stdout, result.status) == (b"", 2)
        assert result.errors.splitlines() == [
            f"dsk: --file {source}: {why}; 2 images left out; 1 that is no text left out",
            "dsk: hint: -f FILE sends an image, and 'p/*.png' all of a kind",
        ]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("empty", "there is no text file in it"),
        ("binary", "there is no text file in it; 1 that is no text left out"),
        ("binary/*", "no text file matches; 1 that is no text left out"),
        ("binary/*.png", "no text file matches; 1 that is no text left out"),
        ("*.nothing", "no text file matches"),
        ("missing/*.py", "no text file matches"),
    ],
)
def test_where_there_is_no_text_file_that_is_told(dsk: Dsk, source: str, why: str) -> None:
    put(dsk.home, {"binary/a.png": b"\0"})
    (dsk.home / "empty").mkdir()
    result = dsk.run("ask", "--dry-run", "-f", source, "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith(f"dsk: --file {source}: {why}\ndsk: hint: -f FILE sends one whatever its name")


@pytest.mark.parametrize(
    "files",
    [
        {f"many/{n}.txt": "x" for n in range(1001)},
        {f"many/{n}.txt": "x" * (3 << 20) for n in range(3)},
        {"many/big.txt": "x" * ((8 << 20) + 1)},
    ],
    ids=["files", "bytes", "one file"],
)
def test_too_much_is_not_sent(dsk: Dsk, files: dict[str, str | bytes]) -> None:
    put(dsk.home, files)
    result = dsk.run("ask", "--dry-run", "-f", "many", "hi", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.splitlines() == [
        "dsk: --file many: it is more than 1000 files, 8 MiB of text or 48 MiB of images",
        "dsk: hint: name a smaller folder, or a pattern such as 'src/**/*.py'",
    ]


def test_what_is_large_and_no_text_is_left_out(dsk: Dsk) -> None:
    put(dsk.home, {"many/big.bin": bytes((8 << 20) + 1), "many/a.txt": "a\n"})
    assert content(dsk.run("ask", "--dry-run", "-f", "many", stdin=None)) == "==> many/a.txt <==\na\n"


def test_files_are_in_the_order_of_their_paths(dsk: Dsk) -> None:
    put(dsk.home, dict.fromkeys(("many/a/b", "many/a.txt", "many/a0", "many/a/.h/c", "many/B/z"), "x\n"))
    sent = content(dsk.run("ask", "--dry-run", "-f", "many", stdin=None))
    names = [line.split()[1] for line in sent.splitlines() if line.startswith("==>")]
    assert names == ["many/B/z", "many/a.txt", "many/a/b", "many/a0"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may look into everything")
@pytest.mark.parametrize("mode", [0o000, 0o444])
def test_a_folder_that_cannot_be_looked_into_is_left_out_and_counted(dsk: Dsk, mode: int) -> None:
    put(dsk.home, {"many/a.txt": "a\n", "many/shut/b.txt": "b\n", "many/z.txt": "z\n"})
    (dsk.home / "many" / "shut").chmod(mode)
    result = dsk.run("ask", "--dry-run", "-f", "many", stdin=None)
    (dsk.home / "many" / "shut").chmod(0o700)
    assert content(result) == "==> many/a.txt <==\na\n\n==> many/z.txt <==\nz\n"
    assert "many: 2 files, 4 bytes; 1 that cannot be looked into left out" in result.errors


def test_a_file_in_a_folder_whose_name_is_no_text_is_told(dsk: Dsk) -> None:
    put(dsk.home, {b"src/\xe4.py".decode("utf-8", "surrogateescape"): "a\n"})
    result = dsk.run("ask", "--dry-run", "-f", "src", stdin=None)
    assert (result.stdout, result.status) == (b"", 2)
    assert result.errors.startswith("dsk: --file src: a file's name is not UTF-8 text: byte 4 is 0xe4\n")


def test_a_run_that_is_sent_lists_nothing(dsk: Dsk, serve: Callable[[Script], ScriptedServer]) -> None:
    put(dsk.home, FILES)
    server = serve(Script(replies=(Reply(text="Fine."),)))
    result = dsk.run("ask", "--base-url", server.base_url, "-f", "src", "Review", stdin=None)
    assert result == Result(b"Fine.\n", b"", 0)
    assert "==> src/sub/c.txt <==\ntext\n" in json.loads(server.requests[0].body)["messages"][0]["content"]
