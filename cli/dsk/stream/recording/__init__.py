"""Recordings: what came of one question, in a form that is an event stream itself. Pure.

The server's lines stand as they came, so that any reader of event streams finds its frames. What a stream cannot
say, arrival times, failures, waits, stands between them in comments of ours: ``: dsk {JSON}``.

A comment can stand between lines only. What has come of a line that is not finished is kept in the comment of its
arrival; the line follows once it is whole. A body that is no event stream stays in comments altogether.
"""
