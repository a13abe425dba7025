"""``dsk test``: a question that a yes or a no answers, as an exit status."""

from __future__ import annotations

from functools import partial
from typing import Any

import click

from dsk.commands.command import Command, Job
from dsk.commands.option import Option, sources
from dsk.commands.options.judging import (
    ANSWER,
    asking,
    judging_network_options,
    judging_request_options,
    threshold_option,
)
from dsk.commands.options.keeping import log_option
from dsk.commands.options.output import OUTPUT, json_option
from dsk.commands.options.prompt import prompt_options

PROMPT_OPTIONS = ("file", "ignore_stdin")
ADVICE = 'ask something: git diff | dsk test "Does this change the public API?"'

HELP = """Ask a question, and exit with 0 for yes, 1 for no, 2 if the model is unsure.

\b
    git diff | dsk test "Does this change the public API?" && echo bump it
    dsk test -f reply.txt "Is this polite?" || exit 1
"""


def _test(**params: Any) -> Job:
    import os

    from dsk.jobs.settings import Sending, Stops
    from dsk.jobs.testing import TestSettings, test
    from dsk.judging.asking import TEST_SYSTEM
    from dsk.judging.verdict import judged
    from dsk.output.settings import OutputSettings
    from dsk.prompt.settings import PromptSettings

    request = asking(params, sources(click.get_current_context()))
    settings = TestSettings(
        prompt=PromptSettings(
            words=params["question"],
            files=params["file"],
            system=TEST_SYSTEM,
            ignore_stdin=params["ignore_stdin"],
            advice=ADVICE,
        ),
        asking=request,
        sending=Sending(
            command="test",
            network=request.network,
            # The answer is the exit status: what the model says word for word is for nobody, and stdout for --json.
            output=OutputSettings(output=os.devnull, reasoning="hide"),
            stops=Stops(),
            log=params["log"],
            judge=judged,
        ),
        threshold=params["threshold"],
        unsure=params["unsure"],
        verbose=params["verbose"],
        as_json=params["as_json"],
        dry_run=params["dry_run"],
    )
    return partial(test, settings)


COMMAND = Command(
    "test",
    _test,
    [
        click.Argument(["question"], nargs=-1),
        *(option for option in prompt_options() if option.name in PROMPT_OPTIONS),
        threshold_option(
            0.5,
            0.8,
            "How likely an answer has to be; what is less likely, yes as well as no, is unsure.",
            "How likely yes or no has to be.",
        ),
        Option(
            ["--unsure"],
            group=ANSWER,
            brief="What an unsure answer is taken for.",
            env=False,
            type=click.Choice(["fail", "yes", "no"]),
            default="fail",
            help="What an unsure answer is taken for: exit status 2, 0 or 1.  [default: fail, 2]",
        ),
        Option(
            ["-v", "--verbose"],
            group=OUTPUT,
            brief="Say the answer on stderr.",
            env=False,
            is_flag=True,
            help="Say the answer, and how likely yes is, on stderr.",
        ),
        json_option(
            "Write one JSON object to stdout: answer, p_yes, threshold, usage and so on.",
            brief="Write answer and p_yes as JSON.",
        ),
        log_option(),
        *judging_request_options(),
        *judging_network_options(),
    ],
    HELP,
    uses_defaults=True,
)
