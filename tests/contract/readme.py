"""What the README shows an upstream developer really runs (Python) and compiles (Java)."""

import os
import pathlib
import re
import subprocess
import sys

from paths import ROOT
from story import on_embedded, story
from waiting import expect

POM = """<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>whc</groupId><artifactId>readme</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-clients</artifactId><version>4.0.0</version></dependency>
    <dependency><groupId>io.apicurio</groupId><artifactId>apicurio-registry-serdes-avro-serde</artifactId><version>2.6.13.Final</version></dependency>
  </dependencies>
</project>"""


def block(language):
    found = re.search(rf"```{language}\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    expect(found, f"the README has no {language}")
    return found[1]


@story(on="readme")
def the_python_snippet_runs(stage):
    """As it stands, against the sandbox's broker and registry."""
    stage.worker(**{"registry.url": stage.sandbox.http, "outcome.framing": "confluent-v0"}).ready()
    done = subprocess.run(
        [sys.executable, "-c", block("python")],
        cwd=ROOT,
        text=True,
        capture_output=True,
        timeout=60,
        env={**os.environ, "KAFKA": stage.bootstrap, "REGISTRY": stage.sandbox.http},
    )
    expect(done.stdout == "COMPLETED PORTABLE\n", f"{done.stdout}{done.stderr}")


@story(on="readme")
def the_java_snippet_compiles(stage):
    """With the libraries that the README names."""
    folder = pathlib.Path(stage.folder)
    (folder / "pom.xml").write_text(POM)
    (folder / "Upstream.java").write_text(block("java"))
    subprocess.run(
        ["mvn", "-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=300,
    )
    done = subprocess.run(
        ["javac", "-cp", (folder / "classpath").read_text(), "-d", "out", "Upstream.java"],
        cwd=folder,
        text=True,
        capture_output=True,
        timeout=120,
    )
    expect(done.returncode == 0, done.stderr)


if __name__ == "__main__":
    sys.exit(on_embedded("readme", sys.argv[1:]))
