// The attacks as a program: ./scripts/attack [NAME]... runs each for a few seconds against a server on the loopback, and says in a line
// what became of the attacker, of the server's memory and CPU, and of a well-behaved client beside it.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startTarget } from '../conformance/targets.mjs';
import { fate } from './attack.mjs';
import { attacks } from './attacks.mjs';
import { processes, usage } from './measure.mjs';

process.once('uncaughtException', (error) => { console.error(`attack: ${error.message}`); process.exit(2); });
const { values: options, positionals } = parseArgs({ allowPositionals: true, options: { against: { type: 'string', default: 'herald' }, pid: { type: 'string' }, path: { type: 'string' }, seconds: { type: 'string', default: '4' },
  count: { type: 'string' }, write: { type: 'string' }, table: { type: 'boolean', default: false }, control: { type: 'boolean', default: false }, list: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } });
if (options.help) {
  console.log(`Runs attacks against a server on the loopback, bounded in number and time.
  NAME...          the attacks (all without a name); --list says which there are
  --against WHAT   herald (the default; a fresh one for each attack), nginx, h2o, nghttpd, or HOST:PORT of the loopback with --pid; a list with commas compares
  --pid PID        of the server at HOST:PORT, for its memory and CPU
  --path PATH      of a small file there, if / is not one
  --seconds N      how long an attack goes on (4; the slow ones take up to 14, to see the default timeouts)
  --control        run each attack once more, on a second server, while the client beside it is served by one that nobody attacks:
                   what the machine alone, with attacker and server on the same cores, does to latency
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

// The client beside the attack comes before the server, both before the attacker, and all of them before everything else, where that is allowed (to root):
// what is measured is the server under attack, not how Linux shares two cores among three processes. Without it, a lower priority of the attacker has to do, which
// is not enough: whoever runs may finish a slice of some milliseconds, and a client's p99 is as long. The attacker itself has no real-time priority: Linux takes a
// core away from all of those together for 50 ms of each second in which they leave nothing of it to others.
const first = (pids, priority) => pids.every((pid) => spawnSync('chrt', ['--all-tasks', '--pid', '--rr', String(priority), String(pid)], { stdio: 'ignore' }).status === 0);
const soon = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

function attacker(name, target, count, seconds) {
  const { host, port, path, post, large } = target;
  const child = spawn(process.execPath, [fileURLToPath(new URL('attacker.mjs', import.meta.url)), name, JSON.stringify({ host, port, path, post, large }), String(count), String(seconds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  os.setPriority(child.pid, process.getuid() === 0 ? -10 : 10);
  const timer = setTimeout(() => child.kill('SIGKILL'), (seconds + 20) * 1000);
  return printed(child).finally(() => clearTimeout(timer));
}

// A well-behaved client in a process of its own, from now until stop().
function bystander({ host, port, path }) {
  const child = spawn(process.execPath, [fileURLToPath(new URL('bystander.mjs', import.meta.url)), JSON.stringify({ host, port, path })], { stdio: ['pipe', 'pipe', 'inherit'] });
  first([child.pid], 3);
  const result = printed(child);
  return { stop: () => { child.stdin.end(); return result; } };
}

// What a child says, as JSON, once it has ended; null if that is nothing.
function printed(child) {
  let out = '';
  child.stdout.on('data', (bytes) => { out += bytes; });
  return new Promise((resolve) => { child.once('close', () => { try { resolve(JSON.parse(out)); } catch { resolve(null); } }); });
}

const lasts = (each) => Math.max(Number(options.seconds), each.seconds);
async function serverFor(each, where) {
  const target = await startTarget(where, { path: options.path, args: ['--workers', '1', ...each.args] });
  if (target.pid) first(processes(target.pid), 2);
  return target;
}

// The client's server is not the one that is attacked.
async function controlled(each, where) {
  const servers = [await serverFor(each, where), await serverFor(each, where)];
  try {
    const beside = bystander(servers[0]);
    await attacker(each.name, servers[1], options.count ?? each.count, lasts(each));
    return await beside.stop();
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}

async function measured(each, where) {
  const target = await serverFor(each, where);
  target.pid ??= Number(options.pid) || undefined;
  const log = () => target.log?.split('\n').filter((line) => /ended|refused/.test(line)) ?? [];
  try {
    let client = bystander(target);
    await soon(3000);
    const alone = await client.stop();
    const before = target.pid ? usage(target.pid) : null;
    const began = performance.now();
    let peak = before?.memory;
    const watch = setInterval(() => { if (target.pid) peak = Math.max(peak, usage(target.pid).memory); }, 50);
    client = bystander(target);
    const account = await attacker(each.name, target, options.count ?? each.count, lasts(each));
    const beside = await client.stop();
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
    if (options.control) found.control = await controlled(attacks.get(name), where);
    row.push(found);
    const { target, account, alone, beside, control, memory, cpu, log } = found;
    if (found.died) { console.log(`${name.padEnd(26)} ${target.name}: THE SERVER DIED`); continue; }
    console.log(`${name.padEnd(26)} ${target.name}: ${account ? `${account.sent} sent: ${fate(account)}` : 'the attacker failed'}; memory ${memory ? memory.map((each) => each.toFixed(0)).join(' -> ') : '?'} MiB, CPU ${cpu === null ? '?' : Math.round(100 * cpu)} %, p99 ${ms(alone.p99)} -> ${ms(beside.p99)} ms${control ? ` (control ${ms(control.p99)})` : ''}, at most ${ms(beside.most)}, of ${beside.requests} requests${beside.failed ? `, ${beside.failed} FAILED` : ''}${log ? `\n    log: ${log.replace(/^\S+ \S+ /, '').slice(0, 200)}` : ''}`);
  }
  results.push(row);
}

if (options.write) {
  const mark = '<!-- everything below is written by scripts/attack --write -->';
  const [head] = fs.readFileSync(options.write, 'utf8').split(mark);
  const cell = ({ died, account, alone, beside, control, memory, cpu }) => (died ? '**the server died**' : `${account ? fate(account) : 'the attacker failed'}; ${memory.map((each) => each.toFixed(0)).join(' → ')} MiB, CPU ${Math.round(100 * cpu)} %, p99 ${ms(alone.p99)} → ${ms(beside.p99)} ms${control ? ` (control ${ms(control.p99)})` : ''}, at most ${ms(beside.most)}${beside.failed ? `, **${beside.failed} failed**` : ''}`);
  const names = results[0].map(({ target }) => target.name);
  const lines = ['', `| attack | sent | ${names.join(' | ')} |`, `|---|---|${names.map(() => '---|').join('')}`, ...results.map((row) => `| ${row[0].each.name}: ${row[0].each.says} | ${row[0].account?.sent ?? '-'} | ${row.map(cell).join(' | ')} |`)];
  // Below a millisecond a percentile is noise; where nobody was answered it is no number.
  const late = results.filter(([{ died, alone, beside }]) => died || !(beside.p99 <= 2 * Math.max(alone.p99, 1)));
  lines.push('', `Others beside ${names[0]}: in ${results.length - late.length} of ${results.length} attacks their p99 was within twice of normal (or of 1 ms)${late.length ? `; not in ${late.map(([{ each }]) => each.name).join(', ')}` : ''}.`);
  fs.writeFileSync(options.write, `${head}${mark}\n${lines.join('\n')}\n`);
}
