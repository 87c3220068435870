"""Which pages are opened, how wide, dark or light, and what must hold of each."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC

from aiohttp import web
from aiohttp.test_utils import TestServer

from exporter.web.status.facts import Facts
from exporter.web.status.record import to_object
from exporter.web.status.rendering import Renderer
from exporter.web.status.verdict import view
from tests.trials.status.browser import Screen

SCREENS: Mapping[str, Screen] = {
    "wide": Screen(1920, 1080),
    "wide-dark": Screen(1920, 1080, dark=True),
    "phone": Screen(390, 844, scale=2.0),
    "phone-dark": Screen(390, 844, dark=True, scale=2.0),
}

# What runs over its page to the right, and texts that are cut off.
OVERFLOW = """
[document.documentElement.scrollWidth - document.documentElement.clientWidth,
 [...document.querySelectorAll("body *")].filter(
   one => !one.closest("svg") && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0
 ).map(one => one.outerHTML.slice(0, 120))]
"""

# Each text whose contrast with what is painted behind it is below WCAG's 4.5 (3 for large ones).
CONTRAST = """
(() => {
  const channels = text => text.match(/[0-9.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const linear = c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    const [x, y, z] = [r, g, b].map(c => linear(c / 255));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const behind = one => {
    for (let at = one; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const one of document.querySelectorAll("body *")) {
    if (one.closest("svg") || ["SCRIPT", "STYLE"].includes(one.tagName)) continue;
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim())) continue;
    const style = getComputedStyle(one);
    const [a, b] = [light(channels(style.color)), light(behind(one))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    const large = parseFloat(style.fontSize) >= 24;
    if (ratio < (large ? 3 : 4.5)) poor.push([ratio.toFixed(2), one.outerHTML.slice(0, 120)]);
  }
  return poor;
})()
"""

# Headings begin with one h1 and skip no level; tables name their columns and rows; the language is there.
STRUCTURE = """
(() => {
  const levels = [...document.querySelectorAll("h1,h2,h3,h4,h5,h6")].map(one => Number(one.tagName[1]));
  const skips = levels.filter((level, index) => index && level > levels[index - 1] + 1);
  const wrong = skips.map(level => "skips to h" + level);
  if (levels.filter(level => level === 1).length !== 1) wrong.push("not one h1");
  if (document.documentElement.lang !== "en") wrong.push("no language");
  for (const cell of document.querySelectorAll("th")) if (!cell.scope) wrong.push("th without scope");
  for (const table of document.querySelectorAll("table"))
    if (!table.querySelector("thead th") || !table.querySelector("tbody th"))
      wrong.push("table without headers");
  for (const image of document.querySelectorAll("svg[role=img]"))
    if (!image.getAttribute("aria-label")) wrong.push("drawing without a text");
  for (const one of document.querySelectorAll(".badge"))
    if (!one.textContent.trim()) wrong.push("colour without a text");
  return wrong;
})()
"""


@asynccontextmanager
async def served(facts: Facts) -> AsyncIterator[str]:
    """The page of this story over real HTTP with its real headers, and its address. Not the whole exporter:
    the readings are captured ones."""
    renderer, shown = Renderer("/metrics", UTC), view(facts, "0.2.0")

    async def page(_: web.Request) -> web.Response:
        headers = {"Content-Security-Policy": renderer.policy}
        return web.Response(text=renderer.render(shown), content_type="text/html", headers=headers)

    async def record(_: web.Request) -> web.Response:
        return web.Response(text=json.dumps(to_object(shown)), content_type="application/json")

    app = web.Application()
    app.router.add_get("/", page)
    app.router.add_get("/status.json", record)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))
