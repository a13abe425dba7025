"""Recordings: what came of one question, in a form that is an event stream itself. Pure.

The server's lines stand as they came, so that any reader of event streams finds its frames. What a stream cannot
say, arrival times, failures, waits, stands between them in comments of ours: ``: dsk {JSON}``.

The comment of an arrival stands after the lines that it has made whole. What came of a line that is not whole yet
stands in that comment, and the line follows once it is. A body that is no event stream stays in comments altogether.
"""
