"""whc-worker listen as BT and others meet it: each function with @story in the files beside this one is a story.

Usage: stories.py embedded|real [--list | STORY...]
"""

import sys

from story import AT_ONCE, load, on_embedded, on_real_kafka

if __name__ == "__main__":
    load()
    play = {"embedded": on_embedded, "real": on_real_kafka}[sys.argv[1]]
    sys.exit(play(sys.argv[1], sys.argv[2:], AT_ONCE))
