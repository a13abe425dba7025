"""The minimal streaming example of the openai Python SDK, with its time-out: ``BASE_URL PROMPT SECONDS``."""

import sys

from openai import OpenAI

base_url, prompt, seconds = sys.argv[1:]
client = OpenAI(base_url=base_url, api_key="x", timeout=float(seconds))
stream = client.chat.completions.create(
    model="deepseek-flash",
    messages=[{"role": "user", "content": prompt}],
    stream=True,
)
for chunk in stream:
    print(chunk.choices[0].delta.content or "", end="", flush=True)
