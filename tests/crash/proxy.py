"""Between the worker and the broker: loses, delays and repeats single Kafka requests and answers (KIP wire format, section
"Protocol primitives": 4 bytes of size, then api key, version, correlation id, client id).

Only what a client named whc-worker sends is touched; everything else passes.
"""
import socket
import struct
import threading

from whc import let_pass

API = {"Produce": 0, "InitProducerId": 22, "AddOffsetsToTxn": 25, "EndTxn": 26, "TxnOffsetCommit": 28, "DescribeConfigs": 32}


def receive(connection, count):
    parts = b""
    while len(parts) < count:
        got = connection.recv(count - len(parts))
        if not got:
            raise ConnectionError
        parts += got
    return parts


def frame(connection):
    size = receive(connection, 4)
    return size + receive(connection, struct.unpack(">i", size)[0])


class Proxy:
    """Listens on a port of its own; `broker` is set when the broker is there, which advertises this port."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.broker = self.listener.getsockname()[1], None
        self.lock, self.orders, self.struck = threading.Lock(), [], 0
        threading.Thread(target=self._accept, daemon=True).start()

    def strike(self, api, how, times=1, ms=0):
        """how: lose-answer, lose-request, delay-answer, repeat-request, cut (after the request has gone)."""
        with self.lock:
            self.orders += [(API[api], how, ms)] * times

    def open_orders(self):
        with self.lock:
            return len(self.orders)

    def _take(self, api):
        with self.lock:
            for order in self.orders:
                if order[0] == api:
                    self.orders.remove(order)
                    self.struck += 1
                    return order[1:]
        return None

    def _accept(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            broker = socket.create_connection(self.broker)
        except OSError:
            client.close()
            return
        link = {"client": client, "broker": broker, "answers": {}, "open": True}
        threading.Thread(target=self._answers, args=(link,), daemon=True).start()
        try:
            while True:
                self._request(link, frame(client))
        except (ConnectionError, OSError):
            self._close(link)

    def _request(self, link, request):
        api, _, correlation, length = struct.unpack(">hhih", request[4:14])
        ours = length > 0 and request[14:14 + length].startswith(b"whc-worker")
        trouble = self._take(api) if ours else None
        if trouble is not None:
            how, ms = trouble
            if how == "lose-request":
                return
            link["answers"][correlation] = (how, ms)
            if how == "repeat-request":
                link["broker"].sendall(request)  # once more, as a retry inside the library would
        link["broker"].sendall(request)
        if trouble is not None and how == "cut":
            let_pass(0.05)  # so that the broker has read it before the connection goes
            self._close(link)

    def _answers(self, link):
        try:
            while True:
                answer = frame(link["broker"])
                correlation = struct.unpack(">i", answer[4:8])[0]
                how, ms = link["answers"].pop(correlation, (None, 0))
                if how == "repeat-request":
                    link["answers"][correlation] = ("lose-answer", 0)  # the library expects one
                if how == "lose-answer":
                    continue
                if how == "delay-answer":
                    let_pass(ms / 1000)
                link["client"].sendall(answer)
        except (ConnectionError, OSError):
            self._close(link)

    @staticmethod
    def _close(link):
        for end in ("client", "broker"):
            try:
                link[end].shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            link[end].close()
