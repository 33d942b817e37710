"""Crashes of orders that only read (reading.py), and of journeys (journeys.py), on real Kafka.

Usage: stories.py [--list | STORY...]       KILLS, ORDERS and SEED in the environment change the size, and repeat the draws.
"""

import sys

from story import load, on_real_kafka

if __name__ == "__main__":
    load()
    sys.exit(on_real_kafka("crash", sys.argv[1:]))
