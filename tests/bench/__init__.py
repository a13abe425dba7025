"""How fast dsk is, as ratios to other ways of doing the same on the same machine.

    python -m tests.bench            every measure, 11 rounds: an hour or more
    python -m tests.bench --quick    every measure, 3 rounds, smaller sizes: some minutes
    python -m tests.bench --only delivery --rounds 21 --json

Prints Markdown: the budgets with their ratios first, then what each contender took. All numbers are of one run:
within each round every contender has its turn, each round begins with another one, and the median over the
rounds counts. Only the ratios mean something; run it on a machine that does nothing else, and with the interpreter
of the environment in which ``dsk`` is installed, for it is that environment's ``bin/dsk`` which is
measured. Linux only.

The load comes from a server process of its own on loopback (``server.py``), which sends frames rendered
beforehand; for the first token over TLS it stands behind a proxy that delays (``delay.py``). The measures of
``dsk map`` have ``dsk serve`` in its place, for it keeps connections (``crowd.py``). Nothing goes further than
loopback. ``map-memory`` takes minutes and hardly differs: it has one round.

curl, sed, jq, requests, sseclient-py and the openai SDK are what dsk is held against. Those that are not
installed are named in the table and left out. Optional, installed by hand into any place on PATH:

    pipx install llm
    pipx install shell-gpt
    npm install -g openai            or anywhere, with NODE_PATH=.../node_modules
    apt-get install strace jq parallel

A measure is a file in ``measures/``: what it takes a sample of, and in which unit. ``budgets.py`` says what is held
against what.
"""
