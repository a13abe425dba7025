#!/bin/sh
# All records, one after another.
while IFS= read -r line; do
    sh "${0%/*}/curl_record.sh" "$1" "$line"
done <"$2"
