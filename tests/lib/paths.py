"""Where the tree, the build and the programs of the tests are."""

import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TEST_BUILD", ROOT / "build"))
SCHEMAS = ROOT / "schemas"
WORKER = BUILD / "worker" / "whc-worker"
SANDBOX = BUILD / "tests" / "sandbox" / "sandbox"
