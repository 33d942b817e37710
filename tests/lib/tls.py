"""A certificate authority for tests, and an encrypted front of the sandbox."""

import pathlib
import socket
import ssl
import subprocess
import threading
import urllib.parse
import uuid

import raw
from waiting import expect

HOST = "127.0.0.1"


class Authority:
    """A certificate authority of the test, and what it has signed."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder) / "tls"
        self.folder.mkdir()
        self.file = self.folder / "ca.pem"
        self._openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=an authority for tests",
            "-keyout",
            self.folder / "ca.key",
            "-out",
            self.file,
        )

    @staticmethod
    def _openssl(*words):
        done = subprocess.run(["openssl", *[str(w) for w in words]], text=True, capture_output=True)
        expect(done.returncode == 0, f"openssl {words[0]}: {done.stderr}")

    def sign(self, name, alternative, password=None):
        """A certificate and its key, as files."""
        certificate, key, request = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr"))
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n")
        lock = ["-passout", f"pass:{password}"] if password else ["-nodes"]
        self._openssl(
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            *lock,
            "-subj",
            f"/CN={name}",
            "-keyout",
            key,
            "-out",
            request,
        )
        self._openssl(
            "x509",
            "-req",
            "-in",
            request,
            "-CA",
            self.file,
            "-CAkey",
            self.folder / "ca.key",
            "-CAcreateserial",
            "-days",
            "2",
            "-extfile",
            self.folder / f"{name}.ext",
            "-out",
            certificate,
        )
        return certificate, key


class Front:
    """Takes TLS connections and passes their bytes to the sandbox and back."""

    def __init__(self, url, pair, clients=None, asks=ssl.CERT_REQUIRED):
        self.shown = []  # the names in the certificates of clients; "" for none
        at = urllib.parse.urlsplit(url)
        self.behind = (at.hostname, at.port)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*pair)
        if clients is not None:
            self.context.verify_mode = asks
            self.context.load_verify_locations(clients)
        self.listener = socket.create_server((HOST, 0))
        self.url = f"https://{HOST}:{self.listener.getsockname()[1]}"
        raw.each_connection(self.listener, self._serve)

    def _serve(self, plain):
        rest = plain.dup()
        try:
            with self.context.wrap_socket(plain, server_side=True) as front, socket.create_connection(self.behind) as back:
                self.shown.append(dict(name[0] for name in (front.getpeercert() or {}).get("subject", ())).get("commonName", ""))
                threading.Thread(target=raw.pass_on, args=(back, front), daemon=True).start()
                raw.pass_on(front, back)
        except OSError:  # an SSLError is one: the other side refused, or was refused
            self._drain(rest)
        rest.close()

    @staticmethod
    def _drain(rest):
        """Reads on after a refusal: a socket closed with unread bytes takes back the alert that says why."""
        try:
            rest.settimeout(5)
            while rest.recv(65536):
                pass
        except OSError:
            pass

    def close(self):
        self.listener.close()

    def settings(self, **more):
        """Of a worker behind this front; a group of its own, because a second member waits long for the embedded broker."""
        return {
            "group.id": f"g-{uuid.uuid4()}",
            "takeover.trust.ledger": "on",
            "bt.base.url": self.url,
            "bt.token.url": f"{self.url}/oauth/accesstoken",
            **more,
        }
