"""Chaos: texts, faults and schedules drawn by a seed; every run gives the text, or a prefix of it and says why.

``python -m tests.chaos --runs 1000 --seed 7`` is the long form; the tests do a hundred runs with a seed that
pytest prints.
"""
