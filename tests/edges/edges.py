"""Edges on Kafka's side, on the real broker: what other people's clients, clusters and neighbours do. A function a story.

Usage: edges.py [STORY...]
"""
import sys

import records
import whc

STORIES = records.STORIES

if __name__ == "__main__":
    sys.exit(whc.on_real_kafka(STORIES, sys.argv[1:]))
