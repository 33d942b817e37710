"""Schema registries: the sandbox's own, and one that answers as a story says."""

import http.server
import json
import threading
import urllib.request
import uuid

HTML = b"<!DOCTYPE html><title>Not Found</title>"


def on_registry(stage, schema):
    """Registers a schema with the sandbox's registry, and gives its id."""
    body = json.dumps({"schema": json.dumps(schema)}).encode()
    request = urllib.request.Request(
        f"{stage.sandbox.http}/subjects/s-{uuid.uuid4()}/versions", data=body, method="POST", headers={"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.loads(answer.read())["id"]


def confluent_v0(schema_id, datum):
    """A value as Confluent's serializers frame it."""
    return b"\x00" + schema_id.to_bytes(4, "big") + datum


def error(code, message="Schema 7 not found"):
    return json.dumps({"error_code": code, "message": message}).encode()


def of_schema(schema, references=None):
    return json.dumps({"schema": json.dumps(schema), **({"references": references} if references else {})}).encode()


class Registry:
    """Answers each path as the story says: (status, body, headers); what it does not say is error code 40403."""

    def __init__(self):
        outer = self
        self.answers, self.asked = {}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append(self.path)
                status, body, *more = outer.answers.get(self.path, (404, error(40403)))
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **(more[0] if more else {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *words):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 128  # the usual 5 makes the 6th at once wait a second

        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *connection: None  # a worker that ends resets its connections
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
