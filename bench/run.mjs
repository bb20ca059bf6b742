// Measures Herald beside other servers: see usage below, scripts/bench, and docs/performance.md for the method.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { compare } from './compare.mjs';
import { page } from './page.mjs';
import { makePlace } from './place.mjs';
import { markdown } from './report.mjs';
import { startServer } from './server.mjs';

const groups = ['static', 'events', 'polls', 'mixed', 'memory', 'handshake', 'workers', 'growth', 'slow', 'storm'];
const known = ['h2o', 'nginx', 'nghttpd', 'caddy', 'apache', 'nchan', 'node'];
const usage = `Usage: scripts/bench [${groups.join('|')}]... [--against ${known.join(',')}] [--quick] [--rounds N] [--out DIR]

Measures Herald and other servers in turn, each on core 0 with its client on core 1, and writes DIR/bench.md and DIR/bench.html
(DIR: build/bench-results). Without groups: all but memory, workers, growth, slow and storm. --quick: two short rounds. Without --against: those that a group is about.
`;

function readArguments() {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: {
    against: { type: 'string' }, quick: { type: 'boolean', default: false }, rounds: { type: 'string' },
    out: { type: 'string', default: 'build/bench-results' }, help: { type: 'boolean', short: 'h', default: false } } });
  if (values.help) {
    process.stdout.write(usage);
    process.exit(0);
  }
  for (const group of positionals) if (!groups.includes(group)) throw new Error(`"${group}" is none of ${groups.join(', ')}`);
  const against = values.against?.split(',');
  for (const name of against ?? []) if (!known.includes(name)) throw new Error(`--against "${name}": it is none of ${known.join(', ')}`);
  const rounds = Number(values.rounds ?? (values.quick ? 2 : 5));
  if (!(rounds >= 1)) throw new Error('--rounds must be a number from 1 on');
  return { groups: positionals.length > 0 ? positionals : groups.slice(0, 6).filter((group) => group !== 'memory'), against, rounds, quick: values.quick, out: values.out };
}

// Those beside which a group is measured.
const others = (given, group, possible = group.peers) => (given.against ?? group.usual).filter((name) => possible.includes(name));

// What the rows need: servers that run, and the method.
class Bench {
  constructor(given, group, place) {
    Object.assign(this, { rounds: given.rounds, quick: given.quick, place, given, group, running: [] });
    this.share = given.quick ? 0.25 : 1;
  }
  seconds(full) {
    return this.quick ? full / 3 : full;
  }
  async peers(possible) {
    return Promise.all(['herald', ...others(this.given, this.group, possible)].map((name) => import(`./peers/${name}.mjs`)));
  }
  // One more of Herald, under a name of its own.
  async herald(options) {
    const [peer] = await this.peers([]);
    this.running.push(await startServer(peer, this.place, options));
    return this.running.at(-1);
  }
  async servers(possible) {
    for (const peer of await this.peers(possible)) this.running.push(await startServer(peer, this.place));
    return this.running;
  }
  compare(servers, run, rounds = this.rounds) {
    return compare(servers, rounds, run);
  }
  async stop() {
    for (const server of this.running.splice(0)) await server.stop();
  }
}

// What a program says when it is asked, or 'unknown'.
function told(command, pattern) {
  const { stdout, stderr } = spawnSync(command[0], command.slice(1), { encoding: 'utf8' });
  return pattern.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown';
}

async function about(given, groups) {
  const commit = told(['git', 'describe', '--always', '--dirty'], /^[\w.-]+(?=\n$)/);
  const names = new Set(groups.flatMap((group) => others(given, group)));
  const versions = await Promise.all([...names].map(async (name) => `${name} ${told((await import(`./peers/${name}.mjs`)).version, /\d+(\.\d+)+/)}`));
  return `${[`Herald ${commit}`, ...versions].join(', ')}; ${os.cpus()[0].model.trim()}, ${os.cpus().length} cores, Linux ${os.release()}; ` +
    `medians of ${given.rounds} interleaved rounds; TLS 1.3, AES-128-GCM, X25519${names.has('nghttpd') ? ' (nghttpd: P-256)' : ''}, ECDSA P-256; one worker each.`;
}

async function main() {
  const given = readArguments();
  if (os.cpus().length < 2) throw new Error('two cores are needed: one for the server, one for the client');
  const groups = await Promise.all(given.groups.map((name) => import(`./rows/${name}.mjs`)));
  const head = await about(given, groups);
  const place = makePlace();
  const rows = [];
  const write = () => {
    fs.mkdirSync(given.out, { recursive: true });
    fs.writeFileSync(path.join(given.out, 'bench.md'), markdown(rows, head));
    fs.writeFileSync(path.join(given.out, 'bench.html'), page(rows, head));
  };
  try {
    for (const group of groups) {
      const bench = new Bench(given, group, place);
      try {
        for await (const row of group.rows(bench)) {
          rows.push(row);
          console.log(markdown([row], '').trim().split('\n').at(-1));
          write();
        }
      } finally {
        await bench.stop();
      }
    }
  } finally {
    place.remove();
  }
  console.log(`\n${path.join(given.out, 'bench.md')} and bench.html written`);
}

main().catch((error) => {
  console.error(`scripts/bench: ${error.message}`);
  process.exit(1);
});
