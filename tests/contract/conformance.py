"""The sandbox's reading operations against bt-whc.openapi.json, by schemathesis: whoever tests against the sandbox tests
against the description."""

import os
import subprocess
import sys

import respect
from paths import ROOT, SCHEMAS
from story import on_embedded, story
from waiting import expect

HERE = ROOT / "tests" / "contract"
READING = [
    "searchAddress",
    "checkPortability",
    "verifyData",
    "getReseller",
    "getAvailableNumbers",
    "getReservation",
    "listOrders",
    "getOrder",
    "listImportOrders",
    "getImportOrder",
]


def schemathesis(stage, *arguments):
    done = subprocess.run(
        [
            ROOT / "tests" / "lib" / "python",
            "-m",
            "schemathesis.cli",
            "--config-file",
            HERE / "schemathesis.toml",
            "run",
            SCHEMAS / "bt-whc.openapi.json",
            "--url",
            stage.sandbox.http,
            "--no-color",
            "--continue-on-failure",
            "--seed",
            "1",
            *arguments,
        ],
        text=True,
        capture_output=True,
        timeout=400,
        env={**os.environ, "REQUIREMENTS": str(HERE / "requirements.txt")},
        cwd=stage.folder,
    )
    expect(done.returncode == 0, f"schemathesis says\n{done.stdout[-6000:]}{done.stderr[-2000:]}")


@story(on="conformance")
def reading_operations(stage):
    """Every reading operation, with generated parameters."""
    chosen = [word for operation in READING for word in ("--include-operation-id", operation)]
    schemathesis(stage, "-H", f"Authorization: Bearer {respect.token_of(stage.sandbox)}", *chosen)


@story(on="conformance")
def token_endpoint(stage):
    """Both ways to ask for a token."""
    schemathesis(stage, "-a", "sandbox-key:sandbox-secret", "--include-tag", "oauth")


if __name__ == "__main__":
    sys.exit(on_embedded("conformance", sys.argv[1:]))
