"""The view as HTML."""

import base64
import hashlib
import json
import re
from datetime import UTC
from typing import Any, cast

import pytest
from lxml import html

from exporter.web.status.record import from_object, to_object
from exporter.web.status.rendering import Renderer, shares
from exporter.web.status.verdict import view
from tests.web.status.stories import STORIES

HOSTILE = """"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7*7 }}{% raw %}\x1b[31m</style>&"""
ENUMERATED = ("level", "state")  # words of ours, which choose a style
RENDERER = Renderer("/metrics", UTC)


def rendered(story: str) -> str:
    return RENDERER.render(view(STORIES[story](), "1.2.3"))


def hostile(value: object, key: str = "") -> object:
    """Each text replaced."""
    if isinstance(value, str):
        return value if key in ENUMERATED else HOSTILE
    if isinstance(value, (list, tuple)):
        return [hostile(one, key) for one in value]
    if isinstance(value, dict):
        return {name: hostile(one, name) for name, one in value.items()}
    return value


def found(page: str, xpath: str) -> list[Any]:
    return cast(list[Any], html.fromstring(page).xpath(xpath))


@pytest.mark.parametrize("story", STORIES)
def test_every_text_is_escaped(story: str) -> None:
    """Names of nodes, resources, servers and errors come from elsewhere: none is markup or a template."""
    before = view(STORIES[story](), "1.2.3")
    page = RENDERER.render(from_object(json.loads(json.dumps(hostile(to_object(before))))))
    [headline] = found(page, "//h1/text()")
    assert headline.replace("\x1b", "") == HOSTILE.replace("\x1b", "")  # which HTML has no way to write
    elements = "//script | //style | //img | //iframe | //@*[starts-with(name(), 'on')]"
    assert [one.tag for one in found(page, elements)] == ["style", "script"]


@pytest.mark.parametrize("story", STORIES)
def test_the_policy_allows_what_is_in_the_page_and_nothing_else(story: str) -> None:
    """Its one style and its one script by their digests; no attribute that the policy would refuse."""
    page = rendered(story)
    [style], [script] = found(page, "//style/text()"), found(page, "//script/text()")
    for text in (style, script):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in RENDERER.policy
    assert not found(page, "//@style")
    assert "unsafe" not in RENDERER.policy


@pytest.mark.parametrize("story", STORIES)
def test_nothing_comes_from_elsewhere(story: str) -> None:
    """A network that is broken is when the page is looked at."""
    page = rendered(story)
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", page)
    paths = {one.partition("?")[0] for one in found(page, "//a/@href")}
    assert paths == {"/", "/metrics", "/status.json", "/-/healthy", "/-/ready"}


@pytest.mark.parametrize("story", STORIES)
def test_every_colour_has_a_text(story: str) -> None:
    """Who sees no colours reads the same."""
    badges = found(rendered(story), "//*[contains(@class, 'badge')]")
    assert badges
    assert all(one.text_content().strip() for one in badges)


def test_another_path_of_the_metrics_is_linked() -> None:
    """--web.telemetry-path."""
    page = Renderer("/other", UTC).render(view(STORIES["healthy"](), "1.2.3"))
    assert 'href="/other"' in page


def test_phases_as_shares() -> None:
    """They fill the bar, in the order of their time; without a length there is none."""
    assert shares({"service": 1.0, "detection": 3.0}) == [("detection", 0.0, 75.0), ("service", 75.0, 25.0)]
    assert shares({"detection": 0.0}) == []
