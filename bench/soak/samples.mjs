// A sample each second of the process that serves: descriptors, memory, threads, processor time; and the latencies that the probe, a
// process of its own, has measured meanwhile.
import { execFileSync, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const ticks = Number(execFileSync('getconf', ['CLK_TCK']).toString());

// Null if the process has gone.
export function processNow(pid) {
  try {
    const rollup = fs.readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)[1]) / 1024;
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
    return {
      descriptors: fs.readdirSync(`/proc/${pid}/fd`).length,
      rss: of('Rss'), pss: of('Pss'), anonymous: of('Anonymous'),  // MiB
      threads: Number(stat[17]),
      cpu: (Number(stat[11]) + Number(stat[12])) / ticks,  // seconds since it began
    };
  } catch { return null; }
}

// What its descriptors are: how many of each kind, for the report.
export function descriptorsOf(pid) {
  const kinds = {};
  for (const fd of fs.readdirSync(`/proc/${pid}/fd`)) {
    try {
      const kind = fs.readlinkSync(`/proc/${pid}/fd/${fd}`).replace(/:\[\d+\]$/, '');
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    } catch { /* closed meanwhile */ }
  }
  return kinds;
}

export class Samples {
  rows = [];       // of the process: { at, pid, ... }
  latencies = [];  // { at, files: { p50, p99 }, proxy: ..., events: ... }, milliseconds
  #began = performance.now();

  constructor(stage, account) {
    this.timer = setInterval(() => {
      const now = processNow(stage.pid);
      if (now) this.rows.push({ at: this.#now(), pid: stage.pid, ...now });
    }, 1000);
    this.probe = fork(path.join(here, 'probe.mjs'), [String(stage.port), stage.cert], { execArgv: [] });
    this.probe.on('message', ({ lost, faults, ...windows }) => {
      if (lost) { stage.lost(`the probe: ${lost}`); return; }
      this.latencies.push({ at: this.#now(), ...windows });
      for (const fault of faults) if (!stage.excused('store') || !fault.startsWith('events')) account.fault(`the probe: ${fault}`);
    });
  }
  #now() { return (performance.now() - this.#began) / 1000; }
  stop() { clearInterval(this.timer); this.probe.kill(); }
}
