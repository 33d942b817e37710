"""Between the worker and the broker: loses, delays and repeats single Kafka requests and answers (KIP wire format, section
"Protocol primitives": 4 bytes of size, then api key, version, correlation id, client id).

Only what a client named whc-worker sends is touched; everything else passes.
"""

import socket
import struct
import threading

from waiting import let_pass

API = {"Produce": 0, "InitProducerId": 22, "AddOffsetsToTxn": 25, "EndTxn": 26, "TxnOffsetCommit": 28, "DescribeConfigs": 32}

NOT_LEADER = 6


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


def _header_end(request):
    version, _, length = struct.unpack(">hih", request[6:14])
    return version, 14 + max(length, 0)


def produce_target(request):
    """Topic and partition of a Produce request; librdkafka puts one of each into it."""
    version, at = _header_end(request)
    if version < 9:
        at += 2 + max(struct.unpack(">h", request[at : at + 2])[0], 0) + 2 + 4 + 4  # transactional id, acks, time-out, topics
        length, at = struct.unpack(">h", request[at : at + 2])[0], at + 2
        return request[at : at + length], struct.unpack(">i", request[at + length + 4 : at + length + 8])[0]
    at += 1  # flexible: lengths are one more, and a byte here as long as they are short
    at += max(request[at], 1) + 2 + 4 + 1
    length, at = request[at] - 1, at + 1
    return request[at : at + length], struct.unpack(">i", request[at + length + 1 : at + length + 5])[0]


def produce_refusal(request, error):
    """What a broker answers that is not the leader (yet)."""
    version, _ = _header_end(request)
    topic, partition = produce_target(request)
    found = struct.pack(">ihqq", partition, error, -1, -1) + (struct.pack(">q", -1) if version >= 5 else b"")
    if version < 9:
        found += struct.pack(">ih", 0, -1) if version == 8 else b""
        body = struct.pack(">ih", 1, len(topic)) + topic + struct.pack(">i", 1) + found + struct.pack(">i", 0)
    else:
        body = b"\0\2" + bytes([len(topic) + 1]) + topic + b"\2" + found + b"\1\0\0" + b"\0" + struct.pack(">i", 0) + b"\0"
    body = request[8:12] + body
    return struct.pack(">i", len(body)) + body


class Proxy:
    """Listens on a port of its own; `broker` is set when the broker is there, which advertises this port."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.broker = self.listener.getsockname()[1], None
        self.lock, self.orders, self.struck = threading.Lock(), [], 0
        threading.Thread(target=self._accept, daemon=True).start()

    def strike(self, api, how, times=1, ms=0, topic=""):
        """how: lose-answer, lose-request, delay-answer, repeat-request, cut (after the request has gone), refuse (a Produce to
        a topic with this in its name; it is answered when the next one to its partition is on its way, too)."""
        with self.lock:
            self.orders += [(API[api], how, ms, topic.encode())] * times

    def open_orders(self):
        with self.lock:
            return len(self.orders)

    def _take(self, api, request):
        with self.lock:
            for order in self.orders:
                if order[0] == api and (order[1] != "refuse" or order[3] in produce_target(request)[0]):
                    self.orders.remove(order)
                    self.struck += 1
                    return order[1:3]
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
        link = {"client": client, "broker": broker, "answers": {}, "held": None}
        threading.Thread(target=self._answers, args=(link,), daemon=True).start()
        try:
            while True:
                self._request(link, frame(client))
        except (ConnectionError, OSError):
            self._close(link)

    def _request(self, link, request):
        api, _, correlation, length = struct.unpack(">hhih", request[4:14])
        ours = length > 0 and request[14 : 14 + length].startswith(b"whc-worker")
        held = link["held"]
        if held is not None and api == API["Produce"] and produce_target(request) == produce_target(held):
            link["held"] = None
            link["client"].sendall(produce_refusal(held, NOT_LEADER))
        trouble = self._take(api, request) if ours else None
        if trouble is not None:
            how, ms = trouble
            if how == "refuse":
                link["held"] = request
                return
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
                if how in ("lose-answer", "cut"):
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
