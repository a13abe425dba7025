"""What is typed, what the server says to it, and the drawing of the whole."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from dsk.scripted.faults import parse_fault
from dsk.scripted.script import Reply, Script
from dsk.scripted.server import ScriptedServer
from tests.harness import KEY
from tests.tour.drawing import svg_of
from tests.tour.stage import Stage

COLUMNS, ROWS = 88, 90
SHELL, CHAT = "$", ">"

SORT = """\
## Sorting in place

`list.sort()` changes the list, **`sorted()`** makes a new one:

```python
names = ["Ada", "Grace", "Edsger"]
for name in sorted(names, key=len):
    print(name)
```

| call | returns | changes the list |
| --- | --- | --- |
| `sort()` | `None` | yes |
| `sorted()` | a list | no |
"""
COMMIT = "Greet the whole world\n\nThe greeting named one person only.\n"
STORY = "A lighthouse keeper owned one kettle, and the kettle had opinions. They agreed on tea."
FRESH = "Because `sort` is *stable*: what compares equal keeps its order."
AGAIN = "Yes. Sort by the **second** key first, then by the first one."

SCRIPT = Script(
    replies=(
        Reply(text=SORT),
        Reply(text=COMMIT),
        Reply(text=STORY, faults=(parse_fault("drop-after=9x1"),)),
        Reply(text=FRESH),
        Reply(text=AGAIN),
        Reply(text="Stability."),
    ),
    pace=200,
)
# What is typed, and the prompt that comes when it is done.
LINES = (
    ('dsk ask "How do I sort in Python?"', SHELL),
    ("git diff | dsk ask -t commit | tee msg.txt", SHELL),
    ('dsk ask "Tell me a story"; echo "status $?"', SHELL),
    ("dsk chat --session sorting", CHAT),
    ("Why do I get the same order twice?", CHAT),
    ("So I can sort by two keys?", CHAT),
)


def play() -> str:
    """The session as SVG."""
    with tempfile.TemporaryDirectory() as home, ScriptedServer(SCRIPT) as server:
        folder = _repository(Path(home))
        env = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": home,
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "PS1": f"{SHELL} ",
            "DEEPSEEK_API_KEY": KEY,
            "DEEPSEEK_BASE_URL": server.base_url,
        }
        with Stage(COLUMNS, ROWS, folder, env) as stage:
            stage.wait_for_prompt(SHELL)
            for line, prompt in LINES:
                stage.type(line)
                stage.wait_for_prompt(prompt)
            stage.leave()
            stage.wait_for_prompt(SHELL)
            stage.type('dsk ask -c "In one word?"')
            stage.wait_for_prompt(SHELL)
            return svg_of(stage.screen, len(stage.text()) - 1)


def _repository(home: Path) -> Path:
    folder = home / "hello"
    folder.mkdir()
    (folder / "hello.py").write_text('print("Hello, Ada")\n')
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=folder, check=True, env={"HOME": str(home), "PATH": os.environ["PATH"]})
    (folder / "hello.py").write_text('print("Hello, world")\n')
    return folder
