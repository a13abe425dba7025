"""Lines in the format of OpenAI's Batch API: what they ask, and what is answered. Pure.

A request line has ``custom_id``, ``method``, ``url`` and ``body``; a result line ``id``, ``custom_id``, ``response``
(``status_code``, ``request_id``, ``body``) and ``error``. Source: OpenAI's API reference, Batch, request input and
request output objects.
"""

from __future__ import annotations

from typing import Any

from dsk.errors import UsageFault

HTTP_OK = 200
#: What one line may ask for: chat completions, wherever their path begins.
PATH_END = "/chat/completions"
MESSAGES = '[{"role": "user", "content": "..."}]'


def is_batch(value: object) -> bool:
    """Whether a record is a request line."""
    return isinstance(value, dict) and "custom_id" in value and "body" in value


def body_of(value: dict[str, Any], *, asks_usage: bool) -> dict[str, Any]:
    """The body to be sent: that of the line, streamed unless it says otherwise, so that clocks and resumption hold.
    ``asks_usage``: the server has to be asked for token counts.

    Raises ``UsageFault`` if it asks for anything but a chat completion.
    """
    body, url = value["body"], value.get("url", PATH_END)
    if not isinstance(url, str) or not url.endswith(PATH_END):
        from shlex import quote

        hint = f"leave such lines out: grep -vF {quote(str(url))}"
        raise UsageFault(f"its url is {url!r}", f"only {PATH_END} is answered", hint=hint)
    if value.get("method", "POST") != "POST":
        raise UsageFault(f"its method is {value['method']!r}", "only POST is answered", hint="leave its method out")
    if not isinstance(body, dict) or not isinstance(body.get("messages"), list):
        raise UsageFault("there are no messages in its body", hint=f'it has to have "messages": {MESSAGES}')
    if "stream" in body:
        return body
    streamed = body | {"stream": True}
    if asks_usage:
        streamed.setdefault("stream_options", {"include_usage": True})
    return streamed


def result(custom_id: str, fields: dict[str, Any], http_status: int | None, created: int) -> dict[str, Any]:
    """The result line for a summary of the run, in ``fields``, which has the keys of ``--json``."""
    error = fields["error"]
    answered = fields["content"] or fields["finish_reason"] or fields["tool_calls"]
    response: dict[str, Any] | None = None
    if answered:
        response = {"status_code": HTTP_OK, "request_id": fields["id"], "body": _completion(fields, created)}
    elif http_status and http_status != HTTP_OK:
        said = {"message": error["message"], "type": None, "param": None, "code": None}
        response = {"status_code": http_status, "request_id": error["trace"], "body": {"error": said}}
    is_whole = error is None or answered
    return {
        "id": f"batch_req_{fields['id'] or custom_id}",
        "custom_id": custom_id,
        "response": response,
        "error": None if is_whole or response else {"code": f"dsk_{fields['status']}", "message": error["message"]},
    }


def _completion(fields: dict[str, Any], created: int) -> dict[str, Any]:
    return {
        "id": fields["id"],
        "object": "chat.completion",
        "created": created,
        "model": fields["model"],
        "choices": [_choice(choice) for choice in fields["choices"]],
        "usage": fields["usage"],
    }


def _choice(choice: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": choice["content"]}
    if choice["reasoning"]:
        message["reasoning_content"] = choice["reasoning"]
    if choice["tool_calls"]:
        message["tool_calls"] = choice["tool_calls"]
    if choice.get("refusal"):
        message["refusal"] = choice["refusal"]
    return {
        "index": choice["index"],
        "message": message,
        "logprobs": choice.get("logprobs"),
        "finish_reason": choice["finish_reason"],
    }
