"""The minimal streaming example of the OpenAI SDK for Python: stream.py BASE_URL PROMPT."""

import sys

from openai import OpenAI

client = OpenAI(base_url=sys.argv[1], api_key="sk-anything")
stream = client.chat.completions.create(
    model="deepseek-flash",
    messages=[{"role": "user", "content": sys.argv[2]}],
    stream=True,
)
for chunk in stream:
    print(chunk.choices[0].delta.content or "", end="", flush=True)
