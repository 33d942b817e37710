"""Edges, on the real broker: what other people's clients, clusters, neighbours and gateways do. A function a story.

Usage: edges.py [--list | STORY...]
"""

import sys

from story import AT_ONCE, load, on_real_kafka

if __name__ == "__main__":
    load()
    sys.exit(on_real_kafka("edges", sys.argv[1:], AT_ONCE))
