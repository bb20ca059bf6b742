// What an attack costs a server and the client beside it: memory and CPU time of the process, and the latency of requests.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { headers, request, windowUpdate, Wire } from '../conformance/wire.mjs';

const ticks = Number(execFileSync('getconf', ['CLK_TCK']).toString());

// A process and its children (nginx works in one).
export const processes = (pid) => [pid, ...children(pid)];

export function usage(pid) {
  let memory = 0;
  let cpu = 0;
  for (const each of processes(pid)) {
    try {
      memory += Number(/^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${each}/status`, 'utf8'))?.[1] ?? 0) / 1024;
      const fields = fs.readFileSync(`/proc/${each}/stat`, 'utf8').replace(/^.*\) /, '').split(' ');
      cpu += (Number(fields[11]) + Number(fields[12])) / ticks;
    } catch { /* it has gone */ }
  }
  return { memory, cpu };  // MiB, seconds
}
function children(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(/\s+/).filter(Boolean);
  } catch { return []; }
}

// A well-behaved client: a page every few milliseconds on one connection, opened anew if it is lost.
export class Bystander {
  times = [];
  failed = 0;
  #stop = false;
  #target;
  constructor(target) { this.#target = target; }

  start() { this.#done = this.#run(); return this; }
  #done;
  async stop() {
    this.#stop = true;
    await this.#done;
    const sorted = this.times.sort((a, b) => a - b);
    const at = (part) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
    return { requests: sorted.length, failed: this.failed, p50: at(0.5), p99: at(0.99), most: at(1) };
  }

  async #run() {
    let wire = null;
    let id = 1;
    while (!this.#stop) {
      if (!wire || wire.over) {
        wire?.destroy();
        wire = await Wire.open(this.#target, { values: { INITIAL_WINDOW_SIZE: 1 << 24 } }).catch(() => null);
        id = 1;
        if (!wire) { this.failed += 1; await new Promise((resolve) => { setTimeout(resolve, 20); }); continue; }
      }
      const began = performance.now();
      wire.send(headers(id, request(this.#target)), windowUpdate(0, 10_000));
      const stream = wire.stream(id);
      // A server that says GOAWAY still answers the requests that it names (nginx says it with its 1,000th).
      const refused = () => wire.closed || stream.reset !== null || wire.goaway?.last < id;
      await wire.until(() => stream.ended || refused(), '', 5000);
      if (stream.ended && wire.status(id) === 200) this.times.push(performance.now() - began);
      else this.failed += 1;
      wire.streams.delete(id);
      wire.frames.length = 0;
      id += 2;
      await new Promise((resolve) => { setTimeout(resolve, 3); });
    }
    wire?.destroy();
  }
}
