"""A listener for the sandbox's notifications, on a port of its own; it answers what the story says."""

import base64
import http.server
import json
import threading
import urllib.parse

from checking import equal


class Listener:
    """Gives out tokens to one client and keeps what is posted with a good one. `answers`: statuses to come, then 201."""

    def __init__(self, client="bt", secret="let me/in"):
        self.client, self.secret = client, secret
        self.lock = threading.Condition()
        self.events, self.tokens, self.statuses, self.answers = [], [], [], []
        self.held = False
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                listener.answer(self, self.rfile.read(int(self.headers["Content-Length"])))

            def log_message(self, *words):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, call, body):
        with self.lock:
            self.lock.wait_for(lambda: not self.held, 20)
            status, text = self.token(call, body) if call.path == "/oauth/token" else self.event(call, body)
        call.send_response(status)
        call.send_header("Content-Length", str(len(text)))
        call.end_headers()
        call.wfile.write(text)

    def token(self, call, body):
        basic = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        form = urllib.parse.parse_qs(body.decode())
        if call.headers["Authorization"] != f"Basic {basic}" or form != {"grant_type": ["client_credentials"]}:
            return 401, b'{"error":"invalid_client"}'
        self.tokens.append(f"t{len(self.tokens)}")
        return 200, json.dumps({"access_token": self.tokens[-1], "token_type": "Bearer", "expires_in": 600}).encode()

    def event(self, call, body):
        if not self.tokens or call.headers["Authorization"] != f"Bearer {self.tokens[-1]}":
            status = 401
        elif call.headers["Content-Type"] != "application/json" or call.path != "/bt/events":
            status = 400
        else:
            status = self.answers.pop(0) if self.answers else 201
        self.statuses.append(status)
        if status == 201:
            self.events.append(json.loads(body))
        return status, b""

    def refuse_token(self):
        """The last one is no good any more."""
        with self.lock:
            self.tokens.append("nobody has it")

    def hold(self, held):
        """Nothing is answered meanwhile."""
        with self.lock:
            self.held = held
            self.lock.notify_all()


def listen(box, listener, **more):
    known = {"url": f"{listener.url}/bt/events", "tokenUrl": f"{listener.url}/oauth/token", "id": "bt", "secret": "let me/in"}
    reply = box.call("POST", "/sandbox/listener", {**known, **more})
    equal(reply.status, 200, "the listener")
    return reply.body
