"""Reads the local Cloud Storage by Google's library for Python, and prints what it got."""

import json
import sys

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud import storage

bucket = storage.Client().bucket(sys.argv[1])
plain = bucket.blob("a b/é.txt")


def fails(error, read):
    try:
        read()
    except error:
        return True
    return False


def in_chunks(name):
    with bucket.blob(name).open("rb", chunk_size=256 * 1024) as file:
        return len(file.read())


def names(prefix=None):
    return [blob.name for blob in bucket.client.list_blobs(bucket, prefix=prefix, page_size=2)]


answers = {
    "names": names(),
    "under a": names("a"),
    "whole": plain.download_as_bytes().decode(),
    "range": plain.download_as_bytes(start=2, end=4).decode(),
    "tail": plain.download_as_bytes(start=-3).decode(),
    "gzip": bucket.blob("packed.txt").download_as_bytes().decode(),
    "big": in_chunks("big.txt"),
    "missing": fails(NotFound, bucket.blob("none").download_as_bytes),
    "precondition": fails(
        PreconditionFailed, lambda: plain.download_as_bytes(if_generation_match=1)
    ),
}
print(json.dumps({"json": answers}))
