"""The bytes of the load: frames as DeepSeek sends them, and how many they are."""

from __future__ import annotations

import json
from functools import cache

HEAD = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: text/event-stream; charset=utf-8\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Connection: close\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n"
)
#: How many tokens are rendered beforehand; a longer answer repeats them.
BLOCK = 10_000
#: Plain words for the most part, and what JSON has to escape or UTF-8 to spell out.
WORDS = (
    " the",
    " stream",
    " of",
    " tokens",
    ",",
    " one",
    " at",
    " a",
    " time",
    ".",
    "\\n",
    ' \\"so\\"',
    " naïve",
    "星",
)

_CHUNK = (
    '{"id":"1f633d8b-fcf5-4e3d-a1dc-7a3c9c3d9f10","object":"chat.completion.chunk","created":1761900000,'
    '"model":"deepseek-flash","system_fingerprint":"fp_058df29938_prod0820_fp8_kvcache_20260402",'
    '"choices":[{"index":0,"delta":{%s},"logprobs":null,"finish_reason":%s}]%s}'
)
_USAGE = (
    ',"usage":{"prompt_tokens":5,"completion_tokens":%d,"total_tokens":%d,"prompt_tokens_details":{"cached_tokens":0},'
    '"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":5}'
)


def opening() -> bytes:
    """The first frame: a role and no text."""
    return _frame(_CHUNK % ('"role":"assistant","content":""', "null", ""))


def token(text: str) -> bytes:
    """The frame of one token; ``text`` is as it stands inside a JSON string."""
    return _frame(_CHUNK % (f'"content":"{text}"', "null", ""))


def ending(tokens: int) -> bytes:
    """Finish reason and usage, then ``[DONE]``."""
    usage = _USAGE % (tokens, tokens + 5)
    return _frame(_CHUNK % ('"content":""', '"stop"', usage)) + _frame("[DONE]")


def http_chunks(stream: bytes) -> bytes:
    """The same frames, and how many they are."""
    chunks = (frame + b"\n\n" for frame in stream.split(b"\n\n") if frame)
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def tokens(count: int) -> bytes:
    """The frames of the first ``count`` of the tokens that come round again and again."""
    return b"".join(token(WORDS[number % len(WORDS)]) for number in range(count))


@cache
def block(count: int) -> bytes:
    """``tokens`` in HTTP chunks."""
    return http_chunks(tokens(count))


def text_size(count: int) -> int:
    """Bytes of text in an answer of ``count`` tokens without stamps, so that a lost one is noticed."""
    return _size(count, [len(json.loads(f'"{word}"').encode()) for word in WORDS])


def stream_size(count: int) -> int:
    """Bytes of all the frames of such an answer."""
    return len(opening()) + _size(count, [len(token(word)) for word in WORDS]) + len(ending(count))


def _size(count: int, sizes: list[int]) -> int:
    blocks, rest = divmod(count, BLOCK)
    return blocks * _cyclic(BLOCK, sizes) + _cyclic(rest, sizes)


def _cyclic(count: int, sizes: list[int]) -> int:
    return sum(sizes[number % len(sizes)] for number in range(count))


def _frame(data: str) -> bytes:
    return f"data: {data}\n\n".encode()
