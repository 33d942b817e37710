"""Edges, on the real broker: what other people's clients, clusters, neighbours and gateways do. A function a story.

Usage: edges.py [STORY...]
"""
import pathlib
import sys

sys.path.insert(1, str(pathlib.Path(__file__).resolve().parents[1] / "flow"))

import clients  # noqa: E402
import connections  # noqa: E402
import entry  # noqa: E402
import hostile  # noqa: E402
import lookups  # noqa: E402
import neighbours  # noqa: E402
import positions  # noqa: E402
import records  # noqa: E402
import replies  # noqa: E402
import rights  # noqa: E402
import signals  # noqa: E402
import slots  # noqa: E402
import tokens  # noqa: E402
import upgrade  # noqa: E402
import whc  # noqa: E402

STORIES = records.STORIES + entry.STORIES + positions.STORIES + signals.STORIES + neighbours.STORIES + slots.STORIES + rights.STORIES + upgrade.STORIES + clients.STORIES + connections.STORIES + lookups.STORIES + tokens.STORIES + replies.STORIES + hostile.STORIES

if __name__ == "__main__":
    sys.exit(whc.on_real_kafka(STORIES, sys.argv[1:], whc.AT_ONCE))
