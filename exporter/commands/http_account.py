"""The account that a command names to the pages that it asks for: --user and --password-file."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote


@dataclass(frozen=True)
class HttpAccount:
    user: str | None = None  # None: asked without
    password_file: Path | None = None

    def within(self, url: str) -> str:
        """The URL with user and password, as exporter/transports/http.py takes them and never shows them.

        Raises OSError where the file with the password can't be read; its first line is the password.
        """
        if self.user is None:
            return url
        text = self.password_file.read_text() if self.password_file else ""
        scheme, _, rest = url.partition("://")
        return f"{scheme}://{quote(self.user, safe='')}:{quote(text.partition(chr(10))[0], safe='')}@{rest}"
