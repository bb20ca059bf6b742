// The two ways to listen to a topic. Both report to the same four callbacks:
//   message({ id, text })   state(name, words)   gap(details)   cursor(id)
// and both go on from their last id, whatever happens to the server in between.

const pause = (ms, signal) => new Promise((resolve) => {
  const timer = setTimeout(resolve, ms);
  signal?.addEventListener('abort', () => { clearTimeout(timer); resolve(); }, { once: true });
});

// Full jitter between half and all of a doubling delay: many tabs must not come back at the same instant.
export const backOff = (tries, least = 300, most = 5000) => Math.min(most, least * 2 ** tries) * (0.5 + Math.random() / 2);

// The browser's own EventSource: reconnects and sends Last-Event-ID by itself. Only when it has given up for good (any answer
// but 200) do we open a new one, from the last id.
export function listenBySSE(topic, report) {
  let lastId = '';
  let source;
  let refused = 0;

  const open = () => {
    const query = new URLSearchParams({ topic });
    if (lastId) query.set('lastEventId', lastId);
    source = new EventSource(`/events?${query}`);
    const remember = (event) => {
      if (!event.lastEventId) return;
      lastId = event.lastEventId;
      report.cursor(lastId);
    };
    source.onopen = () => { refused = 0; report.state('live', 'live'); };
    source.onmessage = (event) => { remember(event); report.message({ id: event.lastEventId, text: event.data }); };
    source.addEventListener('herald.gap', (event) => {
      remember(event);
      let details = {};
      try { details = JSON.parse(event.data); } catch { /* an older server: the gap alone is news enough */ }
      report.gap(details);
    });
    source.onerror = async () => {
      if (source.readyState !== EventSource.CLOSED) { report.state('reconnecting', 'reconnecting…'); return; }
      const wait = backOff(refused++, 1000, 15000);
      report.state('refused', `refused, again in ${(wait / 1000).toFixed(1)} s`);
      await pause(wait);
      open();
    };
  };
  open();
}

// Long polling: one request at a time, each from the cursor of the last answer. Reading consumes nothing, so a request that failed is simply sent again.
export async function listenByPoll(topic, report) {
  let cursor = '';
  let tries = 0;
  let wake = new AbortController();
  addEventListener('online', () => wake.abort());

  for (;;) {
    const query = new URLSearchParams({ topic, envelope: 'true' });
    if (cursor) query.set('after', cursor);
    if (!cursor || tries) query.set('timeout', '0'); // a first cursor, or news of a returned server, at once
    try {
      const response = await fetch(`/poll?${query}`, { cache: 'no-store', signal: AbortSignal.timeout(70000) });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const answer = await response.json();
      tries = 0;
      report.state('live', 'live');
      if (answer.gap) report.gap(answer.gap);
      if (answer.cursor) { cursor = answer.cursor; report.cursor(cursor); }
      for (const { id, data } of answer.messages) report.message({ id, text: typeof data === 'string' ? data : JSON.stringify(data) });
    } catch (error) {
      const wait = backOff(tries++);
      report.state('reconnecting', tries > 1 ? `reconnecting… try ${tries}` : 'reconnecting…', error);
      wake = new AbortController();
      await pause(wait, wake.signal);
    }
  }
}
