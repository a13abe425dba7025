"""The minimal streaming example of the OpenAI SDK for Python: stream.py BASE_URL PROMPT."""

import sys
from collections.abc import Iterator

from openai import OpenAI


def answer(base_url: str, prompt: str) -> Iterator[str]:
    """The answer in the pieces in which it comes."""
    with OpenAI(base_url=base_url, api_key="sk-anything") as client:
        stream = client.chat.completions.create(
            model="deepseek-flash",
            messages=[{"role": "user", "content": prompt}],
            stream=True,
        )
        for chunk in stream:
            yield chunk.choices[0].delta.content or ""


if __name__ == "__main__":
    for text in answer(*sys.argv[1:]):
        print(text, end="", flush=True)
