// The attacks as a program: ./scripts/attack [NAME]... runs each for a few seconds against a server on the loopback, and says in a line
// what became of the attacker, of the server's memory and CPU, and of a well-behaved client beside it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTarget } from '../conformance/targets.mjs';
import { fate } from './attack.mjs';
import { attacks } from './attacks.mjs';
import { Bystander, usage } from './measure.mjs';

process.once('uncaughtException', (error) => { console.error(`attack: ${error.message}`); process.exit(2); });
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { against: { type: 'string', default: 'herald' }, pid: { type: 'string' }, path: { type: 'string' }, seconds: { type: 'string', default: '4' },
  count: { type: 'string' }, write: { type: 'string' }, table: { type: 'boolean', default: false }, list: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
if (options.help) {
  console.log(`Runs attacks against a server on the loopback, bounded in number and time.
  NAME...          the attacks (all without a name); --list says which there are
  --against WHAT   herald (the default; a fresh one for each attack), nginx, h2o, nghttpd, or HOST:PORT of the loopback with --pid; a list with commas compares
  --pid PID        of the server at HOST:PORT, for its memory and CPU
  --path PATH      of a small file there, if / is not one
  --seconds N      how long an attack goes on (4; the slow ones take up to 14, to see the default timeouts)
  --count N        the most frames, requests or connections of an attack, instead of its own bound
  --write FILE     put the table into FILE, below the line that says where
  --table          the whole table of docs/security.md: --against herald,nginx,h2o --write docs/security.md`);
  process.exit(0);
}
if (options.table) Object.assign(options, { against: 'herald,nginx,h2o', write: fileURLToPath(new URL('../../docs/security.md', import.meta.url)) });
if (options.list) {
  for (const { name, says } of attacks.values()) console.log(`${name.padEnd(26)}${says}`);
  process.exit(0);
}
for (const name of positionals) {
  if (!attacks.has(name)) { console.error(`attack: no attack is called "${name}": --list says which there are`); process.exit(2); }
}
for (const name of options.against.split(',')) {
  if (name.includes(':') && !/^(127(\.\d+){3}|\[::1\]|localhost):\d+$/.test(name)) { console.error(`attack: ${name} is not on the loopback, and nothing else is attacked`); process.exit(2); }
}

const soon = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function attacker(name, target, count, seconds) {
  const { host, port, path, post, large } = target;
  const child = spawn(process.execPath, [fileURLToPath(new URL('attacker.mjs', import.meta.url)), name, JSON.stringify({ host, port, path, post, large }), String(count), String(seconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Server and bystander come first: what is measured is the server under attack, not three processes on two cores.
  os.setPriority(child.pid, 10);
  let out = '';
  child.stdout.on('data', (bytes) => { out += bytes; });
  const timer = setTimeout(() => child.kill('SIGKILL'), (seconds + 20) * 1000);
  return new Promise((resolve) => {
    child.once('close', () => { clearTimeout(timer); try { resolve(JSON.parse(out)); } catch { resolve(null); } });
  });
}

async function measured(each, where) {
  const target = await startTarget(where, { path: options.path, args: ['--workers', '1', ...each.args] });
  target.pid ??= Number(options.pid) || undefined;
  const log = () => target.log?.split('\n').filter((line) => /ended|refused/.test(line)) ?? [];
  try {
    let bystander = new Bystander(target).start();
    await soon(3000);
    const alone = await bystander.stop();
    const before = target.pid ? usage(target.pid) : null;
    const began = performance.now();
    let peak = before?.memory;
    const watch = setInterval(() => { if (target.pid) peak = Math.max(peak, usage(target.pid).memory); }, 50);
    bystander = new Bystander(target).start();
    const account = await attacker(each.name, target, options.count ?? each.count, Math.max(Number(options.seconds), each.seconds));
    const beside = await bystander.stop();
    clearInterval(watch);
    const took = (performance.now() - began) / 1000;
    const end = target.pid ? usage(target.pid) : null;
    await soon(200);
    const after = target.pid ? usage(target.pid) : null;
    if (target.pid && after.memory === 0) return { each, target, died: true, account, alone, beside };
    return { each, target, account, alone, beside, took, memory: before && [before.memory, peak, after.memory], cpu: before && (end.cpu - before.cpu) / took, log: log().at(-1) };
  } finally {
    await target.stop();
  }
}

const ms = (value) => (Number.isNaN(value) ? '-' : value < 10 ? value.toFixed(1) : value.toFixed(0));
const results = [];
for (const name of positionals.length ? positionals : attacks.keys()) {
  const row = [];
  for (const where of options.against.split(',')) {
    const found = await measured(attacks.get(name), where);
    row.push(found);
    const { target, account, alone, beside, memory, cpu, log } = found;
    if (found.died) { console.log(`${name.padEnd(26)} ${target.name}: THE SERVER DIED`); continue; }
    console.log(`${name.padEnd(26)} ${target.name}: ${account ? `${account.sent} sent: ${fate(account)}` : 'the attacker failed'}; memory ${memory ? memory.map((each) => each.toFixed(0)).join(' -> ') : '?'} MiB, CPU ${cpu === null ? '?' : Math.round(100 * cpu)} %, p99 ${ms(alone.p99)} -> ${ms(beside.p99)} ms of ${beside.requests} requests${beside.failed ? `, ${beside.failed} FAILED` : ''}${log ? `\n    log: ${log.replace(/^\S+ \S+ /, '').slice(0, 200)}` : ''}`);
  }
  results.push(row);
}

if (options.write) {
  const mark = '<!-- everything below is written by scripts/attack --write -->';
  const [head] = fs.readFileSync(options.write, 'utf8').split(mark);
  const cell = ({ died, account, alone, beside, memory, cpu }) => (died ? '**the server died**' : `${account ? fate(account) : 'the attacker failed'}; ${memory.map((each) => each.toFixed(0)).join(' → ')} MiB, CPU ${Math.round(100 * cpu)} %, p99 ${ms(alone.p99)} → ${ms(beside.p99)} ms${beside.failed ? `, **${beside.failed} failed**` : ''}`);
  const names = results[0].map(({ target }) => target.name);
  const lines = ['', `| attack | sent | ${names.join(' | ')} |`, `|---|---|${names.map(() => '---|').join('')}`, ...results.map((row) => `| ${row[0].each.name}: ${row[0].each.says} | ${row[0].account?.sent ?? '-'} | ${row.map(cell).join(' | ')} |`)];
  // Below a millisecond a percentile is noise.
  const late = results.filter(([{ alone, beside }]) => beside.p99 > 2 * Math.max(alone.p99, 1));
  lines.push('', `Others beside ${names[0]}: in ${results.length - late.length} of ${results.length} attacks their p99 was within twice of normal (or of 1 ms)${late.length ? `; not in ${late.map(([{ each }]) => each.name).join(', ')}` : ''}.`);
  fs.writeFileSync(options.write, `${head}${mark}\n${lines.join('\n')}\n`);
}
