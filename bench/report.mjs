// The rows of a run as Markdown, ready to paste.
import { ratio } from './compare.mjs';

export const number = (value) => value === undefined ? ''
  : value >= 1000 ? Math.round(value).toLocaleString('en') : Number(value.toPrecision(3)).toString();

// How often herald's result is another's, and whether that is what was wanted.
export function verdicts(row) {
  return Object.keys(row.result.values).filter((name) => name !== 'herald').map((name) => {
    const times = ratio(row.result, row.key, name);
    const wanted = row.targets?.[name];
    const reached = wanted === undefined || times === undefined ? undefined : row.more === 'better' ? times >= wanted : times <= wanted;
    return { name, times, wanted, reached };
  });
}

export function limitReached(row) {
  return row.limit === undefined || !row.result.values.herald ? undefined : row.result.values.herald[row.key] <= row.limit;
}

const mark = (reached) => (reached === undefined ? '' : reached ? ' ✓' : ' ✗');

export function markdown(rows, about) {
  const lines = [`${about}`, '', '| what | unit | herald | others | herald against them (wanted) | noisy runs |', '|---|---|---|---|---|---|'];
  for (const row of rows) {
    const cell = (name) => {
      const values = row.result.values[name];
      if (!values) return '';
      return number(values[row.key]) + (row.also && row.also.key in values ? ` (${number(values[row.also.key])})` : '');
    };
    const others = Object.keys(row.result.values).filter((name) => name !== 'herald').map((name) => `${name} ${cell(name)}`);
    for (const [name, why] of Object.entries(row.result.failed)) others.push(`${name}: ${why}`);
    const wanted = verdicts(row).map(({ name, times, wanted, reached }) =>
      `${number(times)} x ${name}${wanted === undefined ? '' : ` (${row.more === 'better' ? '≥' : '≤'} ${number(wanted)})`}${mark(reached)}`);
    if (row.limit !== undefined) wanted.unshift(`≤ ${number(row.limit)}${mark(limitReached(row))}`);
    const unit = row.also ? `${row.unit} (${row.also.unit})` : row.unit;
    lines.push(`| ${row.title} | ${unit} | ${cell('herald')} | ${others.join(', ')} | ${wanted.join(', ')} | ${row.result.noisy || ''} |`);
  }
  return lines.join('\n') + '\n';
}
