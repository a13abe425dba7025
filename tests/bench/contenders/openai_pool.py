"""Many records with the openai Python SDK and a pool of threads."""

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from openai import OpenAI

base_url, file, jobs = sys.argv[1:]
client = OpenAI(base_url=base_url, api_key="x")


def ask(prompt: str) -> str | None:
    """The answer, whole."""
    answer = client.chat.completions.create(model="deepseek-flash", messages=[{"role": "user", "content": prompt}])
    return answer.choices[0].message.content


with ThreadPoolExecutor(int(jobs)) as pool:
    for content in pool.map(ask, Path(file).read_text().splitlines()):
        print(content)
