"""moto's server, one request at a time, because moto is not thread-safe; and with a clock that can be moved.

    python3 serve-moto.py [PORT]

Listens on the loopback interface only, prints `listening on <port>` to its standard output, and ends when its standard
input closes: with its parent, however that ends.

POST /coppice/elapse?queues=PREFIX&seconds=N moves the clock of every message in the queues whose names begin so.

Its CloudFormation can create secrets, which moto's cannot.
"""

import functools
import gc
import io
import os
import socket
import sys
import threading
import time
import traceback
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote

import moto.sqs.models as sqs
from moto.core import DEFAULT_ACCOUNT_ID
from moto.core.common_models import CloudFormationModel
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from moto.secretsmanager.models import secretsmanager_backends

lock = threading.RLock()


def speed_up_sqs():
    """Each message sent to a queue makes moto read the clock four times per message in it."""
    sqs.unix_time = time.time
    sqs.unix_time_millis = lambda: time.time() * 1000
    # A long poll releases the one lock while it waits.
    sqs.Condition = lambda: threading.Condition(lock)

    counting = [True]

    def counted(name):
        count = getattr(sqs.Queue, name).fget
        return property(lambda queue: count(queue) if counting[0] else 0)

    for name in ("", "_delayed", "_not_visible"):
        name = "approximate_number_of_messages" + name
        setattr(sqs.Queue, name, counted(name))

    send = sqs.SQSBackend.send_message

    def send_without_counting(*args, **kwargs):
        counting[0] = False
        try:
            return send(*args, **kwargs)
        finally:
            counting[0] = True

    sqs.SQSBackend.send_message = send_without_counting


class Moto(DomainDispatcherApplication):
    @functools.cache
    def get_backend_for_host(self, host):
        return super().get_backend_for_host(host)


class Secret(CloudFormationModel):
    """moto finds the resources of CloudFormation among its subclasses, and their service by their module."""

    __module__ = "moto.secretsmanager.models"

    def __init__(self, arn):
        self.physical_resource_id = arn

    @staticmethod
    def cloudformation_name_type():
        return "Name"

    @staticmethod
    def cloudformation_type():
        return "AWS::SecretsManager::Secret"

    @classmethod
    def create_from_cloudformation_json(cls, resource_name, cloudformation_json, account_id, region_name, **kwargs):
        secret = secretsmanager_backends[account_id][region_name].create_managed_secret(
            service_name="cloudformation", secret_id=resource_name, secret_string=uuid.uuid4().hex
        )
        return cls(secret.arn)


def elapse(query):
    prefix = query["queues"][0]
    milliseconds = float(query["seconds"][0]) * 1000
    for backend in sqs.sqs_backends[DEFAULT_ACCOUNT_ID].values():
        for queue in backend.queues.values():
            if not queue.name.startswith(prefix):
                continue
            for message in queue._messages:
                message.visible_at -= milliseconds
                message.delayed_until -= milliseconds


class Handler(BaseHTTPRequestHandler):
    """WSGI over persistent connections: werkzeug's server closes each after one request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        path, _, query = self.path.partition("?")
        # Read before the lock is taken: an upload may be slow.
        body = self.read_body()
        try:
            with lock:
                if path == "/coppice/elapse":
                    elapse(parse_qs(query))
                    status, headers, content = "200 OK", [], b""
                else:
                    status, headers, content = self.ask_moto(path, query, body)
        except Exception:
            traceback.print_exc()
            status, headers, content = "500 Internal Server Error", [], traceback.format_exc().encode()
        self.write(status, headers, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def read_body(self):
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass  # a trailer
        # The body is complete now, and moto gets its length.
        del self.headers["Transfer-Encoding"]
        return body

    def ask_moto(self, path, query, body):
        environ = {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "RAW_URI": self.path,
            "REQUEST_URI": self.path,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": False,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        for name, value in self.headers.items():
            name = "HTTP_" + name.upper().replace("-", "_")
            environ[name] = f"{environ[name]},{value}" if name in environ else value
        started = []
        answer = moto(environ, lambda status, headers, _=None: started.extend([status, headers]))
        try:
            return *started, b"".join(answer)
        finally:
            if hasattr(answer, "close"):
                answer.close()

    def write(self, status, headers, content):
        lines = [f"{self.protocol_version} {status}"]
        lines += [f"{name}: {value}" for name, value in headers]
        has_length = any(name.lower() == "content-length" for name, _ in headers)
        if not has_length and status[:3] not in ("204", "304"):
            lines.append(f"Content-Length: {len(content)}")
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head if self.command == "HEAD" else head + content)

    def log_message(self, *_args):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    # A fleet connects at once.
    request_queue_size = 512

    def handle_error(self, request, client_address):
        # A client that went away needs no traceback.
        if not isinstance(sys.exc_info()[1], (ConnectionError, socket.timeout)):
            super().handle_error(request, client_address)


def end_with_parent():
    sys.stdin.buffer.read()
    os._exit(0)


speed_up_sqs()
moto = Moto(create_backend_app)
gc.set_threshold(50_000, 20, 50)
server = Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
threading.Thread(target=end_with_parent, daemon=True).start()
print(f"listening on {server.server_port}", flush=True)
# Nobody reads on; what moto prints belongs with its errors.
sys.stdout = sys.stderr
server.serve_forever()
