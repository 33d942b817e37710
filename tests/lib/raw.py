"""An HTTP server on bare sockets, for replies that no library would send: a story says byte for byte what comes back, and when."""

import json
import socket
import threading

TOKEN_PATH = "/oauth/accesstoken"


def each_connection(listener, serve):
    """Calls serve(socket) for each, on threads of their own, until the listener is closed."""

    def accept():
        while True:
            try:
                plain, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(plain,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()


def pass_on(source, sink):
    """Copies bytes until one side ends."""
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass


class Request:
    def __init__(self, head, body, connection):
        line, *lines = head.decode("latin-1").split("\r\n")
        self.method, self.target, _ = line.split(" ", 2)
        self.headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        self.body, self.connection = body, connection

    def json(self):
        return json.loads(self.body) if self.body else None


def reply(status, body=b"", headers=(), reason="Whatever"):
    """One whole reply as bytes; a body that is no bytes is sent as JSON."""
    if not isinstance(body, bytes):
        body, headers = json.dumps(body).encode(), [("Content-Type", "application/json"), *headers]
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers), f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    """One client's; `number` counts from 1."""

    def __init__(self, server, plain, number):
        self.server, self.number, self.rest = server, number, b""
        self.plain, self.socket = plain, plain

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            pass

    def close(self):
        for end in (self.socket.shutdown, self.plain.shutdown):
            try:
                end(socket.SHUT_RDWR)
            except OSError:
                pass
        self.socket.close()

    def read(self):
        """The next request, whole; None at the end."""
        while b"\r\n\r\n" not in self.rest:
            if not self._more():
                return None
        head, _, self.rest = self.rest.partition(b"\r\n\r\n")
        request = Request(head, b"", self)
        length = int(request.headers.get("content-length", 0))
        while len(self.rest) < length:
            if not self._more():
                return None
        request.body, self.rest = self.rest[:length], self.rest[length:]
        return request

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except OSError:
            return False
        self.rest += data
        return data != b""


class Server:
    """
    `answer(request)` gives the bytes of a reply, or None when it has done everything itself (request.connection). Tokens are given out
    by the server itself while `token` is None; else by `token(request)`. `seen` has all other requests, in order.
    """

    def __init__(self, answer, tls=None, token=None):
        self.answer, self.tls, self.token = answer, tls, token
        self.seen, self.connections, self.tokens = [], 0, 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.listener.getsockname()[1]}"
        each_connection(self.listener, self._serve)

    def _serve(self, plain):
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self.lock:
            self.connections += 1
            connection = Connection(self, plain, self.connections)
        try:
            if self.tls:
                connection.socket = self.tls.wrap_socket(connection.plain, server_side=True)
            while request := connection.read():
                self._one(request)
        except OSError:
            pass
        connection.close()

    def _one(self, request):
        if request.target.startswith(TOKEN_PATH):
            with self.lock:
                self.tokens += 1
                number = self.tokens
            data = self.token(request) if self.token else reply(200, {"accessToken": f"token-{number}", "expiresIn": "3600"})
        else:
            with self.lock:
                self.seen.append(request)
            data = self.answer(request)
        if data is not None:
            request.connection.send(data)

    def close(self):
        self.listener.close()

    def settings(self, **more):
        """Of a worker that calls this server."""
        return {"bt.base.url": self.url, "bt.token.url": self.url + TOKEN_PATH, **more}
