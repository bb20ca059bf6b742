// The method: all servers of a row are measured in turn, again and again; a run that somebody else's work fell
// into is repeated; what counts is the median, and the median of the ratios within a round.
export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

// Cores of others' work within a run, above which it is done again, at most so often in a row of the table.
const mostNoise = 0.1;
const mostRepeats = 6;

async function quietRun(run, repeats) {
  let best = await run();
  while (best.noise > mostNoise && repeats.left-- > 0) {
    const again = await run();
    if (again.noise < best.noise) best = again;
  }
  return best;
}

// `run(server)` gives { noise, ...values }.
// -> { values: { server: { name: median, ... } }, rounds: { server: [values, ...] }, noisy: runs, failed: { server: why } }
export async function compare(servers, rounds, run) {
  const samples = Object.fromEntries(servers.map((server) => [server.name, []]));
  const failed = {};
  const repeats = { left: mostRepeats };
  let noisy = 0;
  for (let round = 0; round < rounds; ++round) {
    for (const server of servers) {
      if (failed[server.name]) continue;
      try {
        const result = await quietRun(() => run(server), repeats);
        if (result.noise > mostNoise) ++noisy;
        samples[server.name].push(result);
      } catch (error) {
        failed[server.name] = error.message;
      }
    }
  }
  const values = {};
  for (const [name, list] of Object.entries(samples)) {
    if (list.length > 0 && !failed[name]) values[name] = medians(list);
  }
  return { values, rounds: samples, noisy, failed };
}

const medians = (list) => Object.fromEntries(Object.keys(list[0])
  .filter((key) => typeof list[0][key] === 'number').map((key) => [key, median(list.map((one) => one[key]))]));

// Beside the servers, what the machine does with no server around it: `measure()` gives { ...values }, once for each round.
export function addBare(result, name, measure) {
  if (!result.values.herald) return;
  result.rounds[name] = result.rounds.herald.map(measure);
  result.values[name] = medians(result.rounds[name]);
}

// The median over the rounds of herald's value against another's (more than 1: herald's is greater).
export function ratio(result, key, other) {
  const [ours, theirs] = [result.rounds.herald, result.rounds[other]];
  if (!result.values.herald || !result.values[other]) return undefined;
  return median(ours.map((one, i) => one[key] / theirs[i][key]));
}
