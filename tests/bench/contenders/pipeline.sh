#!/bin/sh
# What one writes without a program: curl, sed and jq.
curl -sN "$1/chat/completions" -H "Content-Type: application/json" -H "Authorization: Bearer x" \
    -d "{\"model\":\"deepseek-flash\",\"messages\":[{\"role\":\"user\",\"content\":\"$2\"}],\"stream\":true}" |
    sed -un 's/^data: {/{/p' |
    jq -j --unbuffered '.choices[0].delta.content // empty'
