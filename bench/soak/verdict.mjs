// What a soak must show: no fault, nothing left over when everybody has gone, and lines that are flat wherever one process served for
// long. Flat: the slope (Theil-Sen: the median of the slopes of all pairs, which no single spike moves) over such a stretch comes to
// less than the bound that stands beside each measure.
export function slope(points) {
  const step = Math.max(1, Math.floor(points.length / 200));  // 20,000 pairs are plenty
  const some = points.filter((_, i) => i % step === 0);
  const slopes = [];
  for (let i = 0; i < some.length; ++i) for (let j = i + 1; j < some.length; ++j) slopes.push((some[j].y - some[i].y) / (some[j].x - some[i].x));
  return slopes.length > 0 ? median(slopes) : 0;
}
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length > 0 ? sorted[Math.floor(sorted.length / 2)] : Number.NaN;
}

// What may be gained over a stretch: a part of the median, but at least so much.
const bounds = {
  descriptors: { part: 0.1, least: 10, unit: '' },
  // What the process has for itself: the rest of RSS is its files, and PSS depends on who else has the same libraries mapped.
  anonymous: { part: 0.1, least: 2, unit: 'MiB' },
  threads: { part: 0, least: 0.5, unit: '' },
  'files p50': { part: 0.25, least: 3, unit: 'ms' },
  'files p99': { part: 0.5, least: 25, unit: 'ms' },
  'proxy p50': { part: 0.25, least: 3, unit: 'ms' },
  'events p50': { part: 0.25, least: 3, unit: 'ms' },
};

// The stretches of time in which one process served for at least a quarter of the soak, without the first half, in which its caches
// fill and its allocator comes to what it needs.
export function stretches(rows, seconds) {
  const all = [];
  for (const { at, pid } of rows) {
    if (all.at(-1)?.pid !== pid) all.push({ pid, from: at, to: at });
    all.at(-1).to = at;
  }
  const long = all.filter(({ from, to }) => to - from >= seconds / 4);
  return long.map(({ from, to }) => ({ from: from + (to - from) / 2, to }));
}

// Rows { measure, from, to, median, gain, bound, flat }.
export function flatness(samples, seconds) {
  const series = {};
  for (const name of ['descriptors', 'anonymous', 'threads']) series[name] = samples.rows.map((row) => ({ x: row.at, y: row[name] }));
  for (const kind of ['files', 'proxy', 'events']) {
    for (const part of ['p50', 'p99']) series[`${kind} ${part}`] = samples.latencies.filter((row) => row[kind]).map((row) => ({ x: row.at, y: row[kind][part] }));
  }
  const results = [];
  for (const { from, to } of stretches(samples.rows, seconds)) {
    for (const [measure, { part, least, unit }] of Object.entries(bounds)) {
      const points = series[measure].filter(({ x }) => x >= from && x <= to);
      const middle = median(points.map(({ y }) => y));
      const gain = slope(points) * (to - from);
      const bound = Math.max(part * middle, least);
      results.push({ measure, unit, from, to, median: middle, gain, bound, flat: gain <= bound });
    }
  }
  return results;
}
