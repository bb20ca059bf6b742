// Counts what a feed lost or got twice, from the running number that each sender puts into its messages.
// A number that comes late fills its hole again; the first number seen of a sender is where its count begins.

const HOLES = 10000; // more open holes than this are added to the losses for good

export class Ledger {
  #senders = new Map();
  #closed = 0;
  twice = 0;

  note(sender, number) {
    const known = this.#senders.get(sender);
    if (!known) {
      this.#senders.set(sender, { high: number, low: number, holes: new Set() });
      return;
    }
    if (number > known.high) {
      for (let n = known.high + 1; n < number; n++) {
        if (known.holes.size < HOLES) known.holes.add(n);
        else this.#closed++;
      }
      known.high = number;
    } else if (!known.holes.delete(number)) {
      if (number < known.low) known.low = number;
      else this.twice++;
    }
  }

  get lost() {
    let holes = this.#closed;
    for (const { holes: open } of this.#senders.values()) holes += open.size;
    return holes;
  }
}
