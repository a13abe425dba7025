"""A session at the terminal as the README shows it: typed into a real shell, drawn from what its terminal then shows.

    python -m tests.tour        writes docs/session.svg

The server is the scripted endpoint, so that it says the same each time; everything else is what a user has.
"""
