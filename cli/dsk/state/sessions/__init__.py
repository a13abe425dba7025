"""Sessions: conversations in the log, as turns that know which turn they follow.

``reader`` reads them, ``placing`` gives a new run its place, ``changing`` undoes, forks, renames and deletes.
"""
