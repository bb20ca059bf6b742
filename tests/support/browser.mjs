// Chromium as a person has it, but headless: it trusts the test's certificate by its key, because with
// --ignore-certificate-errors it would fetch hinted files twice; and no request is intercepted, for the same reason.
import { importFromNpm, spki } from './herald.mjs';

export const chromium = process.env.CHROMIUM ?? '/usr/bin/chromium';
export const browserNeeds = { packages: ['playwright-core'], programs: [chromium, 'openssl'] };

export async function browse(t, cert) {
  const playwright = await importFromNpm('playwright-core');
  const browser = await (playwright.chromium ?? playwright.default.chromium).launch({
    executablePath: chromium, headless: true,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update',
      '--disable-sync', `--ignore-certificate-errors-spki-list=${spki(cert)}`],
  });
  t.after(() => browser.close());
  return browser;
}

// A page with an empty cache and a connection of its own; `complaints` are the errors of its console.
export async function freshPage(browser, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints = [];
  page.on('console', (message) => { if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`); });
  page.on('pageerror', (error) => complaints.push(String(error)));
  return { context, page, complaints };
}

// What the page's own timeline says: the navigation, and each resource by path.
export function timeline(page) {
  return page.evaluate(() => {
    const pick = ({ name, initiatorType, nextHopProtocol, startTime, responseEnd, transferSize }) => ({ name, initiatorType, nextHopProtocol, startTime, responseEnd, transferSize });
    const [nav] = performance.getEntriesByType('navigation');
    const resources = {};
    for (const entry of performance.getEntriesByType('resource')) resources[new URL(entry.name).pathname] ??= pick(entry);
    return {
      protocol: nav.nextHopProtocol, interim: nav.firstInterimResponseStart, final: nav.finalResponseHeadersStart, resources,
      timing: Object.fromEntries(nav.serverTiming.map(({ name, description }) => [name, description])),
    };
  });
}

// Loads `url` with an empty cache until the browser has acted on the 103; once in a while it is too busy with the navigation
// itself to do so, whatever the server does, hence three tries.
export async function loadWithHints(browser, url, options) {
  for (let tries = 1; ; tries++) {
    const fresh = await freshPage(browser, options);
    await fresh.page.goto(url, { waitUntil: 'load' });
    const seen = await timeline(fresh.page);
    const used = Object.values(seen.resources).some((entry) => entry.initiatorType === 'early-hints');
    if (used || tries === 3) return { ...fresh, seen, tries };
    await fresh.context.close();
  }
}
