// node draw.mjs SCENE.json PICTURE.png [SCENE.json PICTURE.png …]: bundles the page and takes its picture of each.

import { readFile } from 'node:fs/promises';

import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];

const page = `<!doctype html><meta charset="utf-8"><title>Dashboard</title>
<script>
  window.grafanaBootData = { settings: { featureToggles: {}, buildInfo: {} }, user: {}, navTree: [] };
</script>
<body><div id="page"></div>`;

async function bundle() {
  const { outputFiles } = await build({
    entryPoints: [new URL('src/main.tsx', import.meta.url).pathname],
    bundle: true,
    write: false,
    outdir: 'out',
    format: 'iife',
    minify: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    // fonts and images of parts that are not used here
    loader: { '.ttf': 'empty', '.svg': 'empty', '.png': 'empty' },
    logLevel: 'error',
  });
  const file = (ending) => outputFiles.find(({ path }) => path.endsWith(ending)).text;
  return { script: file('.js'), style: file('.css') };
}

async function take(browser, { script, style }, scene, picture) {
  const tab = await browser.newPage({ viewport: { width: 1920, height: 1080 }, locale: 'en-GB' });
  const failure = new Promise((_, reject) => tab.on('pageerror', reject));
  // An origin of its own (Grafana's libraries want a localStorage), answered here: nothing goes to a network.
  await tab.route('**', (route) => route.fulfill({ contentType: 'text/html', body: page }));
  await tab.goto('http://dashboard.invalid/');
  await tab.addStyleTag({ content: style });
  await tab.addScriptTag({ content: script });
  const drawn = JSON.parse(await readFile(scene, 'utf8'));
  await tab.clock.setFixedTime(drawn.to);
  const drawing = tab.evaluate((what) => window.draw(what), drawn);
  await Promise.race([drawing.then(() => tab.waitForSelector('footer')), failure]);
  await tab.evaluate(() => document.fonts.ready);
  await (drawn.firstScreen ? tab : tab.locator('#page')).screenshot({ path: picture });
  await tab.close();
}

async function main(files) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS });
  try {
    const bundled = await bundle();
    for (let index = 0; index < files.length; index += 2) {
      await take(browser, bundled, files[index], files[index + 1]);
    }
  } finally {
    await browser.close();
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error.message.split('\n    at ')[0].replace('page.evaluate: Error: ', ''));
  process.exitCode = 1;
}
