"""What one writes first: requests and sseclient-py."""

import json
import sys

import requests
from sseclient import SSEClient

base_url, prompt = sys.argv[1:]
response = requests.post(
    f"{base_url}/chat/completions",
    headers={"Authorization": "Bearer x"},
    json={"model": "deepseek-flash", "messages": [{"role": "user", "content": prompt}], "stream": True},
    stream=True,
)
response.raise_for_status()
for event in SSEClient(response).events():  # type: ignore[arg-type]
    if event.data == "[DONE]":
        break
    content = json.loads(event.data)["choices"][0]["delta"].get("content")
    print(content or "", end="", flush=True)
