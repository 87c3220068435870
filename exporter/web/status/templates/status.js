"use strict";
// The page renews itself while somebody looks at it. What is old says so: a page that stands still looks calm.
const EVERY = 5000; // milliseconds
let renewed = Date.now();
const said = document.getElementById("renewal");
function say(text, late) {
  if (said.textContent !== text) said.textContent = text;
  said.className = late ? "late" : "";
}
async function renew() {
  if (document.hidden) return;
  try {
    const answer = await fetch("/", { cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error("HTTP " + answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.getElementById("view").replaceWith(document.adoptNode(page.getElementById("view")));
    document.title = page.title;
    renewed = Date.now();
    say("Renews itself every " + EVERY / 1000 + " s.", false);
  } catch (error) {
    const old = Math.round((Date.now() - renewed) / 1000);
    say("Not renewed for " + old + " s: the exporter doesn't answer. What you see is as old as that.", true);
  }
}
async function forever() {
  await renew();
  setTimeout(forever, EVERY);
}
document.addEventListener("visibilitychange", renew);
say("Renews itself every " + EVERY / 1000 + " s.", false);
setTimeout(forever, EVERY);
