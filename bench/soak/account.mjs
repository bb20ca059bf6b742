// Account: what the visitors of a soak were given, by kind, and what went wrong that no mishap excuses.
export class Account {
  counts = {};
  wrong = new Map();  // sentence -> how often

  count(kind) { this.counts[kind] = (this.counts[kind] ?? 0) + 1; }
  fault(sentence) { this.wrong.set(sentence, (this.wrong.get(sentence) ?? 0) + 1); }
  get faults() { return [...this.wrong].map(([sentence, times]) => `${sentence}${times > 1 ? ` (${times} times)` : ''}`); }
}
