"""The built-in answers: a few short stories, and the thought before each.

Which one is told depends on the prompt alone, so that a retried or resumed request hears the same story.
"""

from __future__ import annotations

import json
import shlex
import zlib

from dsk.records import NamedTuple


class Story(NamedTuple):
    """A title, what was thought before, and paragraphs."""

    title: str
    thought: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        """The paragraphs with blank lines between them."""
        return "\n\n".join(self.paragraphs)

    @property
    def json(self) -> str:
        """The story as a JSON object, for requests in JSON mode."""
        return json.dumps({"title": self.title, "paragraphs": self.paragraphs}, ensure_ascii=False)

    @property
    def command(self) -> str:
        """A shell command about the story, for who asks for command lines."""
        return f"echo {shlex.quote(self.title)}"

    @property
    def code(self) -> str:
        """The story as a program in Markdown, for who asks for a code block."""
        return (
            f'Here is “{self.title}” as a program:\n\n```python title="story.py"\n'
            f"for paragraph in {json.dumps(self.paragraphs, ensure_ascii=False, indent=4)}:\n"
            '    print(paragraph, end="\\n\\n")\n```\n\nRun it:\n\n```sh\npython3 story.py\n```\n'
        )


_STORIES = (
    Story(
        "The Lighthouse Kettle",
        ("A short story is wanted. A lighthouse, a kettle, some weather: that is enough to make a small evening of."),
        (
            (
                "The keeper of the north light owned one kettle, and the kettle had opinions. On calm days it "
                "boiled in silence. When a storm was coming it sang, a full hour before the barometer moved."
            ),
            (
                "For eleven years she trusted it. She lit the lamp early when it sang, and eleven years of "
                "fishing boats came home without a scratch."
            ),
            (
                "Then one clear afternoon it sang so loudly that the gulls left the roof. The sea was flat as a "
                "plate. She lit the lamp all the same, poured two cups instead of one, and sat down on the step."
            ),
            (
                "At dusk a small boat rounded the point, its sail patched with a bedsheet. “I saw the light,” "
                "said her brother, “and I smelled the tea.”"
            ),
        ),
    ),
    Story(
        "The Fox Who Kept Time",
        "The user would like a tale. Perhaps a fox and a station clock, told plainly, with a kind ending.",
        (
            (
                "The clock at Alder Halt had stopped at ten past four, and nobody had the money to mend it. So "
                "the fox that lived under the platform took over."
            ),
            (
                "Every morning he walked along the rails at the minute the milk train was due, and every evening "
                "he sat by the bench when the last one left. People set their watches by his tail."
            ),
            (
                "In winter the snow hid the rails, the trains ran late, and the fox ran late with them, out of "
                "politeness."
            ),
            (
                "When spring came the village bought a new clock after all. It was two minutes slow. They left it"
                " that way for a week, then moved its hands, quietly, until it agreed with the fox."
            ),
        ),
    ),
    Story(
        "A Map of Small Rain",
        "Something gentle is called for: a mapmaker, some rain, and a reason to go out without an umbrella.",
        (
            (
                "Mira drew maps for a living, but the one on her kitchen wall was for herself. It showed where "
                "the rain fell: here a line of drizzle behind the bakery, there a puddle the size of a cat."
            ),
            (
                "Her neighbours laughed, then began to ask. Where should one stand to hear it on a tin roof? "
                "Which street smelled best after a shower? She pencilled in their answers, each in its own "
                "colour."
            ),
            (
                "One June it did not rain at all. The wells sank, and people came to look at the map the way one "
                "looks at old letters."
            ),
            (
                "On the last day of the month a single drop fell on the paper, from a crack in her ceiling. She "
                "drew a circle around it, wrote “here”, and went outside to wait with everyone else."
            ),
        ),
    ),
)


def story_for(prompt: str) -> Story:
    """The story that answers a prompt; the same prompt always gets the same one."""
    return _STORIES[zlib.crc32(prompt.encode("utf-8", "surrogatepass")) % len(_STORIES)]
