"""The status page of each story in headless Chromium: on a phone and on a large screen, light and dark."""

from dataclasses import replace

import pytest

from tests.trials.status import browser as chromium
from tests.trials.status.browser import Browser, Screen, Tab
from tests.trials.status.shots import CONTRAST, OVERFLOW, SCREENS, STRUCTURE, served
from tests.web.status.stories import STORIES

pytestmark = [
    pytest.mark.lab,
    pytest.mark.skipif(not chromium.installed(), reason="needs the Debian package chromium"),
]

LONG = "node-" + "with-a-name-as-long-as-the-kernel-allows-" * 2  # 64 and more
FIRST_SCREEN = 1080


async def problems(tab: Tab, url: str, screen: Screen) -> dict[str, object]:
    await tab.show(url, screen)
    too_wide, cut_off = await tab.evaluate(OVERFLOW)
    return {
        "too wide": too_wide,
        "cut off": cut_off,
        "poor contrast": await tab.evaluate(CONTRAST),
        "structure": await tab.evaluate(STRUCTURE),
        "refused by the policy, or failed": tab.logged,
    }


NONE = {
    "too wide": 0,
    "cut off": [],
    "poor contrast": [],
    "structure": [],
    "refused by the policy, or failed": [],
}


async def test_each_story_on_each_screen() -> None:
    """No text runs out of the page, each can be read (WCAG AA), headings and tables are named, and the
    browser refuses nothing of it."""
    found = {}
    async with chromium.browser() as browser:
        for story, facts in STORIES.items():
            async with served(facts()) as url:
                for name in SCREENS if story in ("healthy", "partition") else ("wide", "phone-dark"):
                    async with browser.tab() as tab:
                        found[story, name] = await problems(tab, url, SCREENS[name])
    assert {key: one for key, one in found.items() if one != NONE} == {}


async def test_names_as_long_as_they_may_be() -> None:
    """They are broken into lines, on a phone too."""
    well = STORIES["healthy"]()
    assert well.pacemaker and well.galera and well.haproxy
    view = well.pacemaker.view
    nodes = tuple(replace(one, name=LONG) for one in view.nodes)
    resources = tuple(replace(one, nodes=(LONG,)) for one in view.resources)
    rows = tuple(replace(one, name=LONG, proxy=LONG) for one in well.haproxy.rows)
    long = replace(
        well,
        host=LONG,
        pacemaker=replace(well.pacemaker, view=replace(view, nodes=nodes, resources=resources)),
        haproxy=replace(well.haproxy, rows=rows),
        galera=replace(well.galera, nodes={LONG: next(iter(well.galera.nodes.values()))}),
    )
    async with chromium.browser() as browser, served(long) as url:
        for name in ("phone", "wide"):
            async with browser.tab() as tab:
                assert await problems(tab, url, SCREENS[name]) == NONE


async def test_the_healthy_page_is_one_screen() -> None:
    """On 1,920 by 1,080 nothing has to be scrolled for."""
    async with chromium.browser() as browser, served(STORIES["healthy"]()) as url, browser.tab() as tab:
        await tab.show(url, SCREENS["wide"])
        assert await tab.evaluate("document.documentElement.scrollHeight") <= FIRST_SCREEN


async def test_it_renews_itself_and_says_when_it_does_not() -> None:
    """With a script the page asks again; when nobody answers any more it says so, and does not just stand
    still. Without a script it is whole, and has a link that reloads it."""
    async with chromium.browser() as browser:
        async with served(STORIES["healthy"]()) as url, browser.tab() as tab:
            await tab.show(url, SCREENS["phone"])
            await tab.evaluate("document.querySelector('h1').textContent = 'old'")
            await tab.evaluate("renew()")
            assert "held by" in await tab.evaluate("document.querySelector('h1').textContent")
            await without_script(browser, url)
        async with served(STORIES["split"]()) as url, browser.tab() as tab:
            await tab.show(url, SCREENS["phone"])
            await tab.evaluate("window.fetch = () => Promise.reject(new Error('gone'))")
            await tab.evaluate("renew()")
            said = await tab.evaluate("document.getElementById('renewal').textContent")
            assert said.startswith("Not renewed for ")
            assert "split" in await tab.evaluate("document.querySelector('h1').textContent")


async def without_script(browser: Browser, url: str) -> None:
    async with browser.tab() as tab:
        await tab.show(url, replace(SCREENS["phone"], script=False))
        document = (await tab.ask("DOM.getDocument"))["root"]["nodeId"]
        [text] = [
            (await tab.ask("DOM.getOuterHTML", nodeId=node))["outerHTML"]
            for node in (await tab.ask("DOM.querySelectorAll", nodeId=document, selector="html"))["nodeIds"]
        ]
        assert "held by" in text
        assert '<a href="/">Reload</a>' in text
        assert "Renews itself" not in text.partition("<script>")[0]
