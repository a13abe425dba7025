"""Answers that are kept on disk, each in a file of its own, to be given again without asking.

``draft`` writes a file, ``reading`` reads it, ``seal`` proves it whole, ``pruning`` keeps the folder small. When an
answer may be kept or given is decided in ``dsk.jobs.caching``.
"""
