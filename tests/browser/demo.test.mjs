// The demo in Chromium, as the README's first command serves it: hints acted on, everything on one connection, both feeds live, the
// film seekable, a restart survived.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { browse, browserNeeds, freshPage, loadWithHints, timeline } from '../support/browser.mjs';
import { accessLog, demo, folder, lacks, proxy, serve, until } from '../support/herald.mjs';

const skip = lacks(browserNeeds);
const timeout = 120000;

async function demoServer(t, ...args) {
  const log = path.join(folder(t), 'access.log');
  const herald = await serve(t, demo, '--think', '600', '--access-log', log, ...args);
  const line = await proxy(t, herald.port, { delay: 10 });
  return { herald, line, log, url: `${line.origin}/`, browser: await browse(t, herald.cert) };
}
// `condition`, run in the page until it is true; an error that names what was awaited, with the words of the page's live half. It is asked by the
// clock: frames, which Playwright waits for unless told otherwise, are rare in a busy browser that nobody looks at.
async function shows(page, what, condition, arg, { within = 30000 } = {}) {
  try {
    await page.waitForFunction(condition, arg, { timeout: within, polling: 50 });
  } catch (error) {
    const words = await page.evaluate(() => document.querySelector('#live').innerText.replace(/\s+/g, ' ')).catch(String);
    throw new Error(`not within ${within} ms: ${what}. The page says: ${words}`, { cause: error });
  }
}
const pathOf = ({ target }) => target.split('?')[0];
const live = (page, options) => shows(page, 'both feeds are live', () => document.querySelectorAll('.feed .state[data-state="live"]').length === 2, undefined, options);
const received = (page, number) => shows(page, `both feeds received ${number}`, (n) => [...document.querySelectorAll('.received')].every((cell) => cell.textContent === String(n)), number);
// By the keyboard: while the table above it still fills, the button may move away between a mouse's press and its release.
const send = (page) => page.press('#text', 'Enter');
const tally = (page, feed) => page.evaluate((name) => {
  const root = document.querySelector(`.feed[data-feed="${name}"]`);
  return Object.fromEntries(['received', 'lost', 'twice', 'reconnects', 'gaps'].map((key) => [key, Number(root.querySelector(`.${key}`).textContent)]));
}, feed);

test('the demo is announced by 103 and loads over one connection without a complaint', { skip, timeout }, async (t) => {
  const { browser, url, log } = await demoServer(t, '--dev');
  const { page, context, seen, complaints } = await loadWithHints(browser, url);
  assert.equal(seen.protocol, 'h2');
  assert.ok(seen.interim > 0, 'the 103 was heard');
  assert.ok(seen.final - seen.interim > 150, `well before the final headers: ${seen.final - seen.interim} ms`);
  assert.equal(seen.resources['/demo.css'].initiatorType, 'early-hints');
  const early = Object.entries(seen.resources).filter(([, entry]) => entry.initiatorType === 'early-hints').map(([name]) => name);
  for (const name of ['/demo.css', '/assets/pennant.woff2', '/js/main.js']) assert.ok(early.includes(name), `${name} in ${early}`);
  assert.match(seen.timing.hints, /^early-hints/);
  assert.ok(seen.timing.hinted.split(' ').includes('/demo.css'));

  await live(page);
  await page.fill('#text', 'sent from the box');
  await send(page);
  await received(page, 1);
  const all = (await timeline(page)).resources;
  for (const [name, entry] of Object.entries(all)) assert.equal(entry.nextHopProtocol, 'h2', name);
  assert.match(await page.textContent('#verdict'), /announced at/);
  assert.equal(await page.getAttribute('tr[data-path="/demo.css"]', 'data-kind'), '103');
  assert.deepEqual(complaints, []);
  await context.close(); // ends the stream, and with it its line in the log

  const own = await until('the event stream is in the access log', () => {
    const lines = accessLog(log);
    const { connection } = lines.findLast((each) => each.target === '/');
    const mine = lines.filter((each) => each.connection === connection);
    return mine.some((each) => pathOf(each) === '/events') && mine;
  });
  const served = own.map(pathOf);
  for (const name of [...early, '/events', '/poll', '/send', '/assets/roll.avif', '/assets/banner.webm']) assert.ok(served.includes(name), `${name} came over the page's own connection`);
  for (const name of early) assert.equal(served.filter((each) => each === name).length, 1, `${name} was fetched once`);
  assert.ok(own.every((each) => each.status < 400), JSON.stringify(own.filter((each) => each.status >= 400)));
});

test('without a wait and with hints off the demo says so', { skip, timeout }, async (t) => {
  const { browser, url } = await demoServer(t, '--dev', '--hints', 'off');
  const { page } = await freshPage(browser);
  await page.goto(url);
  const seen = await timeline(page);
  assert.ok(!seen.interim);
  await shows(page, 'the verdict is that nothing was announced', () => /Nothing was announced/.test(document.querySelector('#verdict').textContent));
  assert.equal(await page.textContent('#fact-mode'), 'off');
  assert.equal(await page.getAttribute('tr[data-path="/demo.css"]', 'data-kind'), 'page');
});

test('with Link only the files are shown as told by Link', { skip, timeout }, async (t) => {
  const { browser, url } = await demoServer(t, '--dev', '--hints', 'link');
  const { page } = await freshPage(browser);
  await page.goto(url);
  await page.waitForSelector('tr[data-path="/demo.css"][data-kind="Link"]');
  assert.equal(await page.textContent('#fact-mode'), 'link');
});

test('the film seeks by ranges', { skip, timeout }, async (t) => {
  const { browser, url, log } = await demoServer(t, '--dev');
  const { page } = await freshPage(browser);
  await page.goto(url);
  await shows(page, 'the film is known', () => document.querySelector('#film').readyState >= 1);
  const at = await page.evaluate(() => new Promise((resolve, reject) => {
    const film = document.querySelector('#film');
    film.addEventListener('seeked', () => resolve(film.currentTime), { once: true });
    film.addEventListener('error', () => reject(film.error), { once: true });
    film.currentTime = 6;
  }));
  assert.equal(at, 6);
  await page.click('[data-jump="4"]');
  await shows(page, 'the film is at 4 s', () => /^At 4\.0 s/.test(document.querySelector('#seek').textContent));
  await until('a range of the film is in the access log', () => accessLog(log).some((each) => pathOf(each) === '/assets/banner.webm' && each.status === 206));
});

test('both feeds receive what the box sends, once each second too', { skip, timeout }, async (t) => {
  const { browser, url } = await demoServer(t, '--dev');
  const { page, complaints } = await freshPage(browser);
  await page.goto(url);
  await live(page);
  await page.focus('#text');
  await page.fill('#text', 'by keyboard');
  await page.keyboard.press('Enter');
  await shows(page, 'both logs have the message', () => [...document.querySelectorAll('.log')].every((log) => /by keyboard 1/.test(log.textContent)));
  await page.focus('#auto');
  await page.keyboard.press('Space');
  await shows(page, 'both feeds received 3 or more', () => [...document.querySelectorAll('.received')].every((cell) => Number(cell.textContent) >= 3));
  await page.keyboard.press('Space');
  for (const feed of ['sse', 'poll']) {
    const counts = await tally(page, feed);
    assert.deepEqual([counts.lost, counts.twice, counts.gaps], [0, 0, 0], feed);
  }
  assert.match(await page.textContent('.feed[data-feed="sse"] .last'), /^[\d.]+$/);
  const [sse, poll] = await page.$$eval('.cursor', (cells) => cells.map((cell) => cell.textContent));
  assert.equal(sse, poll, 'one cursor for both');
  assert.deepEqual(complaints, []);
});

test('a server that refuses publishing is shown with its reason', { skip, timeout }, async (t) => {
  const { browser, url } = await demoServer(t);
  const { page } = await freshPage(browser);
  await page.goto(url);
  await live(page);
  await send(page);
  await shows(page, 'it was refused', () => document.querySelector('#result').dataset.state === 'refused');
  assert.match(await page.textContent('#result'), /^Refused \(403\): .{10,}/);
});

test('a message whose answer was lost is sent again and is there once', { skip, timeout }, async (t) => {
  const { browser, line, url } = await demoServer(t, '--dev');
  const { page } = await freshPage(browser);
  await page.goto(url);
  await live(page);
  line.hold();
  await send(page);
  await shows(page, 'it was not answered', () => /^Not answered/.test(document.querySelector('#result').textContent));
  line.release();
  await received(page, 1);
  await send(page);
  await shows(page, 'it was accepted', () => /^Message 1 accepted/.test(document.querySelector('#result').textContent));
  await send(page);
  await received(page, 2);
  for (const feed of ['sse', 'poll']) {
    const counts = await tally(page, feed);
    assert.deepEqual([counts.lost, counts.twice, counts.gaps], [0, 0, 0], feed);
  }
});

test('a stop and a start of the server are survived, and the gap is shown', { skip, timeout }, async (t) => {
  const { browser, url, herald } = await demoServer(t, '--dev');
  const { page } = await freshPage(browser);
  await page.goto(url);
  await live(page);
  await send(page);
  await received(page, 1);
  assert.equal(await herald.stop(), 0);
  await shows(page, 'both feeds reconnect', () => [...document.querySelectorAll('.feed .state')].every((state) => /reconnecting/.test(state.textContent)));
  await shows(page, 'the server is away', () => document.querySelector('#connection-text').textContent === 'server away');
  await send(page);
  await shows(page, 'it was not sent', () => /server is away/.test(document.querySelector('#result').textContent));
  await herald.start();
  await live(page, { within: 45000 });
  await shows(page, 'both feeds tell of a gap', () => document.querySelectorAll('.log .gap').length === 2);
  await send(page);
  await received(page, 2);
  for (const feed of ['sse', 'poll']) {
    const counts = await tally(page, feed);
    assert.deepEqual([counts.lost, counts.twice, counts.gaps], [0, 0, 1], feed);
    assert.ok(counts.reconnects >= 1);
  }
});

test('the demo fits a phone, the dark and the keyboard', { skip, timeout }, async (t) => {
  const { browser, url } = await demoServer(t, '--dev');
  const shots = process.env.HERALD_SHOTS;
  if (shots) fs.mkdirSync(shots, { recursive: true });
  for (const [name, width, height, colorScheme] of [['wide-light', 1360, 900, 'light'], ['wide-dark', 1360, 900, 'dark'], ['phone-light', 360, 740, 'light'], ['phone-dark', 360, 740, 'dark']]) {
    const { page, context, complaints } = await freshPage(browser, { viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
    await page.goto(url);
    await live(page);
    await send(page);
    await received(page, 1);
    const overflow = await page.evaluate(() => [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > innerWidth + 1 && !element.closest('.scroll, .visually-hidden'))
      .map((element) => `${element.tagName}.${element.className}`));
    assert.deepEqual(overflow, [], `${name}: nothing stands out at the right`);
    const unnamed = await page.evaluate(() => [...document.querySelectorAll('a, button, input, [tabindex], img, video')].filter((element) =>
      !(element.textContent.trim() || element.labels?.length || element.getAttribute('aria-label') || element.getAttribute('aria-labelledby') || element.hasAttribute('alt'))).map((element) => element.outerHTML.slice(0, 80)));
    assert.deepEqual(unnamed, [], 'each control has a name');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle !== 'none'), true, 'the focus is seen');
    assert.deepEqual(complaints, [], name);
    if (shots) {
      await page.evaluate(() => { document.activeElement.blur(); scrollTo(0, 0); });
      await page.screenshot({ path: path.join(shots, `demo-${name}.png`), fullPage: true });
    }
    await context.close();
  }
});
