"""Sessions: conversations in the log, as turns that know which turn they follow.

``reader`` reads them, ``changing`` undoes, forks, renames and deletes; ``log.placing`` gives a new run its
place.
"""
