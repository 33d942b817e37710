"""What schemas/UPSTREAM.md shows really runs: against a worker with default settings, and with a registry."""

import os
import pathlib
import re
import subprocess
import sys

from paths import ROOT
from story import on_real_kafka, story
from waiting import expect

KAFKA = "org.apache.kafka:kafka-clients:4.0.0"
DEFAULTS, WITH_REGISTRY = 0, 1  # which of a language's snippets


def pom(libraries):
    """Of a project that wants only these libraries."""
    names = "".join(
        f"<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
        for group, name, version in (library.split(":") for library in libraries)
    )
    return (
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        f"<groupId>whc</groupId><artifactId>readme</artifactId><version>1</version><dependencies>{names}</dependencies></project>"
    )


def block(language, which):
    found = re.findall(rf"```{language}\n(.*?)```", (ROOT / "schemas" / "UPSTREAM.md").read_text(), re.S)
    expect(len(found) == 2, f"schemas/UPSTREAM.md has {len(found)} snippets of {language}")
    return found[which]


def of_stage(stage, text):
    """As it stands, but for the topics: each story has its own."""
    return text.replace('"whc.order-', f'"{stage.prefix}.order-')


def run(stage, command, **environment):
    return subprocess.run(
        command, cwd=ROOT, text=True, capture_output=True, timeout=120, env={**os.environ, "KAFKA": stage.bootstrap, **environment}
    )


def class_path(stage, *libraries):
    """The jars of these libraries and what they need, fetched where they are missing."""
    folder = pathlib.Path(stage.folder)
    for library in libraries:
        expect(library in (ROOT / "schemas" / "UPSTREAM.md").read_text(), f"schemas/UPSTREAM.md does not name {library}")
    (folder / "pom.xml").write_text(pom(libraries))
    subprocess.run(
        ["mvn", "-q", "-B", "dependency:build-classpath", "-Dmdep.outputFile=classpath"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=300,
    )
    return (folder / "classpath").read_text()


def run_java(stage, which, library, **environment):
    source = pathlib.Path(stage.folder) / "Upstream.java"
    source.write_text(of_stage(stage, block("java", which)))
    return run(stage, ["java", "-cp", class_path(stage, KAFKA, library), str(source)], **environment)


@story(on="readme")
def python_by_default_settings(stage):
    """A request that reads and one that changes something, without a registry."""
    stage.worker().ready()
    done = run(stage, [sys.executable, "-c", of_stage(stage, block("python", DEFAULTS))])
    expect(done.stdout == "check-portability COMPLETED\nreserve-numbers-by-exchange COMPLETED\n", f"{done.stdout}{done.stderr}")


@story(on="readme")
def java_by_default_settings(stage):
    """One that changes something, without a registry."""
    stage.worker().ready()
    done = run_java(stage, DEFAULTS, "org.apache.avro:avro:1.12.0")
    expect(done.stdout == "reserve-numbers-by-exchange COMPLETED\n", f"{done.stdout}{done.stderr}")


@story(on="readme")
def python_with_a_registry(stage):
    """The two settings that the text names make the registry's serializers work."""
    stage.worker(**{"registry.url": stage.sandbox.http, "outcome.framing": "confluent-v0"}).ready()
    done = run(stage, [sys.executable, "-c", of_stage(stage, block("python", WITH_REGISTRY))], REGISTRY=stage.sandbox.http)
    expect(done.stdout == "reserve-numbers-by-exchange COMPLETED\n", f"{done.stdout}{done.stderr}")


if __name__ == "__main__":
    sys.exit(on_real_kafka("readme", sys.argv[1:]))
