"""Behind every receiver of the lab's Alertmanager: writes down what arrives, one JSON object a line.

recorder.py PORT FILE    the path of a request says for whom it came and how: /RECEIVER/INTEGRATION
"""

import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Recorder(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    file = -1

    def do_POST(self) -> None:
        at, wall = time.monotonic(), time.time()
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        receiver, integration = (unquote(part) for part in self.path.strip("/").split("/"))
        line = {"at": at, "time": wall, "receiver": receiver, "integration": integration, "body": body}
        os.write(self.file, json.dumps(line).encode() + b"\n")
        self.do_GET()

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """The file has it all."""


def main() -> None:
    Recorder.file = os.open(sys.argv[2], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Recorder).serve_forever()


if __name__ == "__main__":
    main()
