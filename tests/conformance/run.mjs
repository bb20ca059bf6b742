// The tester as a program: ./scripts/conformance [--against WHAT]... [--table] [--only TEXT]. Prints what is not as it should be, and
// a line of sums; with --table or --write, all cases as a table in Markdown. Exit 1 if a case fails.
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { runCase } from './case.mjs';
import { summary, table } from './table.mjs';
import { startTarget } from './targets.mjs';

process.once('uncaughtException', (error) => { console.error(`conformance: ${error.message}`); process.exit(2); });
const { values: options } = parseArgs({ options: { against: { type: 'string', multiple: true, default: ['herald'] }, table: { type: 'boolean', default: false }, write: { type: 'string' }, path: { type: 'string' }, only: { type: 'string' }, help: { type: 'boolean', default: false } } });
if (options.help) {
  console.log(`Cases for every MUST of RFC 9113, RFC 7541 and RFC 9218 that a client can provoke, written frame by frame.
  --against WHAT  herald (the default), nghttpd, nginx, h2o or HOST:PORT; may be repeated
  --path PATH     of a small file (8 to 10,000 bytes) at HOST:PORT, if / is not one
  --only TEXT     the cases whose name or sentence contains it
  --table         print the table of docs/conformance.md instead of the failures
  --write FILE    put that table into FILE, below the line that says where`);
  process.exit(0);
}

const chosen = cases.filter((each) => !options.only || each.name.includes(options.only) || each.text.includes(options.only));
const results = [];
for (const name of options.against) {
  const target = await startTarget(name, { path: options.path });
  const found = new Map();
  try {
    const queue = [...chosen];
    const worker = async () => { for (let each = queue.shift(); each; each = queue.shift()) found.set(each, await runCase(each, target)); };
    await Promise.all(Array.from({ length: 4 }, worker));
  } finally {
    await target.stop();
  }
  results.push({ name: target.name, found });
}

let failed = 0;
if (options.table) console.log(table(chosen, results));
if (options.write) {
  const mark = '<!-- everything below is written by scripts/conformance --write -->';
  const [head] = fs.readFileSync(options.write, 'utf8').split(mark);
  fs.writeFileSync(options.write, `${head}${mark}\n${summary(chosen, results)}\n${table(chosen, results)}\n`);
}
for (const { name, found } of results) {
  const count = (verdict) => [...found.values()].filter((each) => each.verdict === verdict).length;
  if (!options.table) {
    for (const each of chosen) {
      const { verdict, saw } = found.get(each);
      if (verdict === 'wrong') console.log(`${name}: RFC ${each.name}: ${each.text}\n    expected ${each.expect.says}\n    came     ${saw}`);
    }
  }
  failed += count('wrong');
  console.error(`${name}: ${chosen.length} cases: ${count('right')} right, ${count('allowed')} otherwise but allowed, ${count('wrong')} wrong, ${count('skipped')} not provoked`);
}
process.exit(failed > 0 ? 1 : 0);
