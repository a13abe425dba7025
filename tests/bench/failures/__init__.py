"""What is left of an answer when things go wrong, with dsk and with other ways of asking.

    python -m tests.bench.failures                            all of them: some minutes
    python -m tests.bench.failures --only curl llm            these lines alone
    python -m tests.bench.failures --mishap cut stall         these columns alone

Prints Markdown: a line for each way of asking, a column for each mishap (``mishaps.py``), and in each cell the exit
status, how many bytes of the answer were on stdout, and whether they are in a log of its own too. All of it is seen
in that run: each cell is a process in a home of its own, before a scripted endpoint that fails as the mishap says,
the same for everyone. Everyone is given its own setting against silence, where it has one (``askers.py``); who has
not ended after 20 s hangs. Nothing goes further than loopback.

Who is not installed keeps a line that says so. llm and sgpt are found on PATH.
"""
