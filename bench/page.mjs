// The rows of a run as one HTML page with its plots inside: bars of the medians, a dot for each round.
import { limitReached, number, verdicts } from './report.mjs';

const escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

function plot(row) {
  const names = Object.keys(row.result.values);
  const most = Math.max(...names.flatMap((name) => row.result.rounds[name].map((round) => round[row.key])), row.limit ?? 0) * 1.05;
  const x = (value) => 90 + (value / most) * 480;
  const height = names.length * 28 + 8;
  const bars = names.map((name, i) => {
    const y = 6 + i * 28;
    const value = row.result.values[name][row.key];
    const dots = row.result.rounds[name].map((round) => `<circle cx="${x(round[row.key]).toFixed(1)}" cy="${y + 10}" r="2.5"/>`).join('');
    return `<text x="82" y="${y + 14}" text-anchor="end">${escape(name)}</text>
<rect class="${name === 'herald' ? 'herald' : 'other'}" x="90" y="${y}" width="${(x(value) - 90).toFixed(1)}" height="20"/>${dots}
<text x="${(x(most) + 8).toFixed(1)}" y="${y + 14}">${number(value)}</text>`;
  }).join('\n');
  const limit = row.limit === undefined ? '' : `<line x1="${x(row.limit).toFixed(1)}" x2="${x(row.limit).toFixed(1)}" y1="0" y2="${height}"/>`;
  return `<svg viewBox="0 0 680 ${height}" role="img" aria-label="${escape(row.title)}">${bars}${limit}</svg>`;
}

function sentences(row) {
  const said = verdicts(row).map(({ name, times, wanted, reached }) =>
    `${number(times)} times ${name}${wanted === undefined ? '' : `, wanted ${row.more === 'better' ? 'at least' : 'at most'} ${number(wanted)}: ${reached ? 'reached' : 'not reached'}`}`);
  if (row.limit !== undefined) said.unshift(`wanted at most ${number(row.limit)}: ${limitReached(row) ? 'reached' : 'not reached'}`);
  for (const [name, why] of Object.entries(row.result.failed)) said.push(`${name} failed: ${why}`);
  return said.map((text) => `<li>${escape(text)}</li>`).join('');
}

export function page(rows, about) {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Herald beside other servers</title><style>
:root { color-scheme: light dark }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 760px; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1.05rem; margin: 2rem 0 .3rem } p { margin: .2rem 0 } ul { margin: .3rem 0; padding-left: 1.2rem }
svg { width: 100%; font: 12px system-ui, sans-serif } text { fill: currentColor }
.herald { fill: #2f6fde } .other { fill: #9aa4b2 } circle { fill: #d9480f } line { stroke: #d9480f; stroke-dasharray: 4 3 }
</style></head><body><h1>Herald beside other servers</h1><p>${escape(about)}</p>
<p>Bars are medians, dots the single runs, a broken line the most that was wanted.</p>
${rows.map((row) => `<section><h2>${escape(row.title)}</h2><p>${escape(row.unit)}; ${row.more === 'better' ? 'more is better' : 'less is better'}</p>
${plot(row)}<ul>${sentences(row)}</ul></section>`).join('\n')}
</body></html>
`;
}
