#!/usr/bin/env node
// The waterfalls of a report of `herald compare` that are shown first, as SVG files of their own for the docs:
// node bench/report-pictures.mjs REPORT/index.html FOLDER [ARM...]
import fs from 'node:fs';
import path from 'node:path';

const [report, folder, ...arms] = process.argv.slice(2);
if (!folder) {
  console.error('usage: node bench/report-pictures.mjs REPORT/index.html FOLDER [ARM...]');
  process.exit(2);
}
const style = `text { font: 10px system-ui, "Liberation Sans", sans-serif; fill: #14162a; } .tick { fill: #565a78; } .grid { stroke: #d4d8e8; fill: none; }
.field { fill: none; } .queued { fill: #565a78; opacity: .6; } .waiting { fill: #7a80a0; opacity: .4; } .content { fill: #7a80a0; } .document { fill: #1d5fd0; }
.style { fill: #7b4bd1; } .script, .module { fill: #c98a00; } .font { fill: #b0307a; } .image { fill: #0b8a5c; } .mark { fill: #14162a; }
.moment { fill: none; stroke-width: 1.5; } .hint { stroke: #7b4bd1; stroke-dasharray: 2 3; } .headers { stroke: #1d5fd0; stroke-dasharray: 5 3; }
.ready { stroke: #0b8a5c; stroke-width: 2; } .load { stroke: #565a78; }`;

// The report is HTML, where attributes need no quotes; SVG is XML.
function picture(svg) {
  return svg
    .replace(/(<[a-z]+|\s[a-z-]+="[^"]*")((?:\s[a-zA-Z-]+=[^\s">]+)+)/g, (_, before, rest) => before + rest.replace(/=([^\s">]+?)(?=\s|$|\/$)/g, '="$1"'))
    .replace(/(\s[a-zA-Z-]+)=([^\s"'>]+)(?=[\s/>])/g, '$1="$2"')
    .replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')
    .replace(/(<svg[^>]*>)/, `$1<style>${style}</style><rect width="100%" height="100%" fill="#fff"/>`)
    .replaceAll('&nbsp;', '\u00a0');
}

const first = fs.readFileSync(report, 'utf8').match(/<div class=falls>.*?<\/details>/s)[0];
for (const [, name, svg] of first.matchAll(/<h4>([^< ]+) .*?<\/h4>\s*(<svg.*?<\/svg>)/gs)) {
  if (arms.length > 0 && !arms.includes(name)) continue;
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, `${name}.svg`), `${picture(svg)}\n`);
}
