// Herald in front of the app server of shop.mjs, for the tests of the proxy.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { fetchOn, folder, npmFolder, serve, session, tree, until } from './herald.mjs';

export const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };

// The app server, which can be killed and started again at the same place.
export class Shop {
  #child;
  at = '0';
  async start(build = 'a1b2c3d4') {
    this.#child = spawn(process.execPath, [path.join(tree, 'tests/support/shop.mjs'), this.at, build], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, HERALD_NPM: npmFolder } });
    this.exit = new Promise((resolve) => { this.#child.once('exit', resolve); });
    let out = '';
    this.#child.stdout.on('data', (bytes) => { out += bytes; });
    this.at = await until('the app server listens', () => /^listening (.*)$/m.exec(out)?.[1], { within: 20000 });
    return this;
  }
  get url() { return this.at.startsWith('/') ? `unix:${this.at}` : `http://127.0.0.1:${this.at}`; }
  async kill() { this.#child.kill('SIGKILL'); await this.exit; }
}
export async function shop(t, at = '0') {
  const started = new Shop();
  started.at = at;
  t.after(() => started.kill());
  return started.start();
}
export async function proxied(t, app, ...args) {
  const root = folder(t, { 'file.txt': 'a file', 'about/index.html': '<h1>about</h1>' });
  const herald = await serve(t, root, '--workers', '1', '--upstream', app.url, ...args);
  const client = await session(t, herald);
  return { herald, client };
}
export const links = (fields) => [fields?.link ?? []].flat().join(', ');
// A visit to a page and to its assets, as a browser makes it.
export async function visit(client, target) {
  const page = await fetchOn(client, target, { headers: navigation });
  for (const [, asset] of page.text.matchAll(/(?:href|src)="([^"]+)"/g)) await fetchOn(client, asset);
  return page;
}
