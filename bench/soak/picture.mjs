// Pictures of a soak: one SVG for each measure, time to the right, mishaps as lines, a process that took over as another shade.
const width = 640;
const height = 150;
const left = 44;
const bottom = 128;
const top = 22;
const style = `text{font:10px system-ui,"Liberation Sans",sans-serif;fill:#565a78}.title{font-weight:600;fill:#14162a}.grid{stroke:#e2e5f0}
.mark{stroke:#c98a00;stroke-dasharray:2 3}.restart{stroke:#b0307a}.line{fill:none;stroke:#1d5fd0;stroke-width:1.2}.second{stroke:#0b8a5c}.third{stroke:#7b4bd1}`;

function ticks(most) {
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

// Keeps the greatest of every few points, so that spikes stay to be seen.
function thinned(points, most = 300) {
  const group = Math.ceil(points.length / most);
  if (group <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / group) }, (_, i) =>
    points.slice(i * group, (i + 1) * group).reduce((a, b) => (b.y > a.y ? b : a)));
}

// `lines`: [{ name, points: [{ x, y }] }], x in seconds. `marks`: [{ at, what }].
export function picture(title, lines, marks, seconds) {
  const most = Math.max(...lines.flatMap(({ points }) => points.map(({ y }) => y))) * 1.05 || 1;
  const x = (at) => (left + (at / seconds) * (width - left - 8)).toFixed(1);
  const y = (value) => (bottom - (value / most) * (bottom - top)).toFixed(1);
  const parts = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}"><style>${style}</style>`,
    `<rect width="100%" height="100%" fill="#fff"/><text class="title" x="${left}" y="12">${title}</text>`];
  for (const each of ticks(most)) {
    parts.push(`<path class="grid" d="M${left} ${y(each)}H${width - 8}"/><text x="${left - 4}" y="${Number(y(each)) + 3}" text-anchor="end">${+each.toPrecision(3)}</text>`);
  }
  const minutes = seconds >= 300;
  for (const each of ticks(minutes ? seconds / 60 : seconds)) {
    const at = minutes ? each * 60 : each;
    parts.push(`<text x="${x(at)}" y="${bottom + 14}" text-anchor="${at > 0.95 * seconds ? 'end' : 'middle'}">${each} ${minutes ? 'min' : 's'}</text>`);
  }
  for (const { at, what } of marks) parts.push(`<path class="mark${what === 'restart' ? ' restart' : ''}" d="M${x(at)} ${top}V${bottom}"><title>${what}</title></path>`);
  lines.forEach(({ name, points }, i) => {
    const kind = ['', ' second', ' third'][i] ?? '';
    parts.push(`<path class="line${kind}" d="${thinned(points).map((point, j) => `${j === 0 ? 'M' : 'L'}${x(point.x)} ${y(point.y)}`).join('')}"/>`);
    parts.push(`<path class="line${kind}" d="M${260 + i * 90} 9h16"/><text x="${280 + i * 90}" y="12">${name}</text>`);
  });
  return `${parts.join('\n')}\n</svg>\n`;
}
