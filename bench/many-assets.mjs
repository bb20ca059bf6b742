#!/usr/bin/env node
// A page of many small assets, for comparing: node bench/many-assets.mjs FOLDER [COUNT]. Of 40, 8 are styles, 12 deferred
// scripts and 20 images of about 2 kB each; each says something else, so that compression finds what it would in life.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

// The same text for the same number.
function words(number, bytes) {
  let text = '';
  for (let state = number * 2654435761 + 1; text.length < bytes;) {
    state = (state * 1103515245 + 12345) % 2147483648;
    text += `${state.toString(36)} `;
  }
  return text.slice(0, bytes);
}

export function manyAssets(folder, count = 40) {
  const styles = Math.round(count / 5);
  const scripts = Math.round(count * 0.3);
  const images = count - styles - scripts;
  fs.mkdirSync(folder, { recursive: true });
  const write = (name, text) => fs.writeFileSync(path.join(folder, name), text);
  let head = '';
  let body = '';
  for (let i = 0; i < styles; i++) {
    write(`s${i}.css`, `.s${i} { color: #${(i * 977).toString(16).padStart(3, '0')} } /* ${words(i, 2000)} */\n`);
    head += `<link rel="stylesheet" href="/s${i}.css">\n`;
  }
  for (let i = 0; i < scripts; i++) {
    write(`j${i}.js`, `window.j${i} = "${words(100 + i, 2000)}";\n`);
    head += `<script defer src="/j${i}.js"></script>\n`;
  }
  for (let i = 0; i < images; i++) {
    write(`i${i}.svg`, `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><desc>${words(200 + i, 1900)}</desc></svg>\n`);
    body += `<img src="/i${i}.svg" width="20" height="20" alt="">\n`;
  }
  write('index.html', `<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>${count} small assets</title>\n${head}<p class="s0">${words(1, 600)}</p>\n${body}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, count] = process.argv.slice(2);
  if (!folder || !(Number(count ?? 40) >= 5)) {
    console.error('usage: node bench/many-assets.mjs FOLDER [COUNT, 5 or more]');
    process.exit(2);
  }
  manyAssets(folder, Number(count ?? 40));
}
