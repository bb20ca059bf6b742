// What the kernel counts: the CPU time and memory of a server's processes, and how busy everything else was.
import fs from 'node:fs';

const read = (path) => {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return '';  // gone meanwhile
  }
};
const numbers = (path) => {
  try {
    return fs.readdirSync(path).filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
};

// A process and all below it.
export function familyOf(root) {
  const parents = new Map(numbers('/proc').map((pid) =>
    [Number(pid), Number(read(`/proc/${pid}/stat`).replace(/.*\) /s, '').split(' ')[1])]));
  const family = [root];
  for (let i = 0; i < family.length; ++i) {
    for (const [pid, parent] of parents) if (parent === family[i]) family.push(pid);
  }
  return family;
}

// Nanoseconds on a core, of all threads that live. schedstat is exact; stat counts ticks of 10 ms.
export function cpuOf(family) {
  let sum = 0;
  for (const pid of family) {
    for (const task of numbers(`/proc/${pid}/task`)) {
      sum += Number(read(`/proc/${pid}/task/${task}/schedstat`).split(' ')[0]);
    }
  }
  return sum;
}

// Bytes of a family's own memory: resident, without what it shares with its files.
export function memoryOf(family) {
  return family.reduce((sum, pid) =>
    sum + 1024 * Number(read(`/proc/${pid}/status`).match(/RssAnon:\s+(\d+)/)?.[1] ?? 0), 0);
}

// Seconds in which a core did something, since boot, over all cores.
export function busySeconds() {
  const [user, nice, system, , , irq, softirq, steal] =
    read('/proc/stat').match(/^cpu +(.*)/)[1].split(' ').map(Number);
  return (user + nice + system + irq + softirq + steal) / 100;
}
