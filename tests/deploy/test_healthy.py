"""The image's health check, asked of a server that answers as it is told."""

import http.server
import threading
from collections.abc import Iterator

import pytest

from deploy.container.healthy import main


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    """A double: it answers with the status that is the path."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path[1:]))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as one:
        thread = threading.Thread(target=one.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield one
        one.shutdown()
        thread.join()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (401, 0), (404, 1), (503, 1)])
def test_an_answer_or_a_question_for_a_password_is_healthy(
    server: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    """Any other status is not."""
    monkeypatch.setenv("HEALTH_URL", f"http://127.0.0.1:{server.server_port}/{status}")
    assert main() == code


def test_no_answer_is_not_healthy(
    server: http.server.HTTPServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Refused, and a server that does not speak TLS where it should: said on stderr, without a traceback."""
    for url in ("http://127.0.0.1:1/", f"https://127.0.0.1:{server.server_port}/200"):
        monkeypatch.setenv("HEALTH_URL", url)
        assert main() == 1
        assert capsys.readouterr().err.startswith("<urlopen error ")
