"""Writes the dashboards: `python -m dashboards.src` (`make dashboards`)."""

from pathlib import Path

from dashboards.src import cluster, fleet, galera, haproxy, keepalived, story
from dashboards.src.page import Page

FOLDER = Path(__file__).parent.parent


def pages() -> dict[str, Page]:
    """By the name of the file, which is the uid."""
    return {
        "failover-fleet": fleet.page(),
        "failover-story": story.page(),
        "failover-cluster": cluster.page(),
        "failover-keepalived": keepalived.page(),
        "failover-haproxy": haproxy.page(),
        "failover-galera": galera.page(),
    }


def main() -> None:
    for name, page in pages().items():
        (FOLDER / f"{name}.json").write_text(page.json())


if __name__ == "__main__":
    main()
