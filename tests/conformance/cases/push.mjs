// RFC 9113 sections 5.1, 6.6 and 8.4: streams that the server promises. `pushes` is a page of the target that pushes.
import { connectionError, ignored, must, NotProvoked, seen, served, sights } from '../case.mjs';
import { data, goaway, headers, nameOf, priorityUpdate, request, rst, settings, type, windowUpdate } from '../wire.mjs';

const document = [['sec-fetch-mode', 'navigate'], ['sec-fetch-dest', 'document']];
const pushing = (values = {}) => ({ needs: 'pushes', values: { ENABLE_PUSH: 1, ...values } });

async function promised(c, id = 1) {
  c.get(id, { path: c.target.pushes, extra: document });
  await c.head(id);
  if (c.wire.promises.length === 0) throw new NotProvoked('nothing is pushed');
  return c.wire.promises;
}

must('9113', '8.4', 'promises have even identifiers that grow, and come before the content of the page', seen('in order'), async (c) => {
  const ids = await promised(c);
  await c.answered();
  if (ids.some((id, i) => id % 2 === 1 || (i > 0 && id <= ids[i - 1]))) throw new Error(`identifiers ${ids.join(', ')}`);
  const last = c.wire.frames.findLastIndex(({ kind }) => kind === type.PUSH_PROMISE);
  if (last > c.wire.frames.findIndex(({ kind, stream }) => kind === type.DATA && stream === 1)) throw new Error('a promise came after DATA of the page');
  return `${ids.length} promises`;
}, pushing());
must('9113', '8.4', 'every promise is a request with :method, :scheme, :authority and :path, and is kept', seen('kept'), async (c) => {
  const ids = await promised(c);
  for (const id of ids) await c.answered(id);
  return `${ids.length} kept`;
}, pushing());
must('9113', '8.4', 'a promise that the client resets is given up, and the page is served', served(), async (c) => {
  const ids = await promised(c);
  c.send(...ids.map((id) => rst(id, 8)), windowUpdate(1, 100_000));
}, pushing({ INITIAL_WINDOW_SIZE: 1 }));
must('9113', '8.4', 'nothing is promised in answer to a promise, nor twice on a connection', seen('once'), async (c) => {
  const first = (await promised(c)).length;
  c.get(3, { path: c.target.pushes, extra: document });
  await c.answered(3);
  if (c.wire.promises.length !== first) throw new Error(`${c.wire.promises.length - first} were promised again`);
}, pushing());
must('9113', '5.1', 'HEADERS on a promised stream', connectionError('PROTOCOL_ERROR', 'STREAM_CLOSED'), async (c) => {
  const [id] = await promised(c);
  c.send(headers(id, request(c.target)));
}, pushing({ INITIAL_WINDOW_SIZE: 1 }));
must('9113', '5.1', 'DATA on a promised stream', seen('PROTOCOL_ERROR or STREAM_CLOSED'), async (c) => {
  const [id] = await promised(c);
  c.send(data(id, 'x'));
  await c.wire.roundTrip();
  await c.wire.until(() => c.wire.over || c.wire.stream(id).reset !== null, '', 500);
  if (!['PROTOCOL_ERROR', 'STREAM_CLOSED'].includes(nameOf(c.wire.goaway?.code ?? c.wire.stream(id).reset))) throw new Error(sights(c.wire, id));
  return sights(c.wire, id);
}, pushing({ INITIAL_WINDOW_SIZE: 1 }));
must('9113', '5.1', 'WINDOW_UPDATE on a promised stream is taken', seen('content'), async (c) => {
  const [id] = await promised(c);
  c.send(windowUpdate(id, 100_000));
  await c.answered(id);
}, pushing({ INITIAL_WINDOW_SIZE: 1 }));
must('9218', '7.1', 'PRIORITY_UPDATE for a promise is taken', ignored(), async (c) => {
  const [id] = await promised(c);
  c.send(priorityUpdate(id, 'u=0'));
}, pushing({ INITIAL_WINDOW_SIZE: 1 }));
must('9113', '5.1.2', 'not more streams are pushed at a time than the client allows', seen('2 at most'), async (c) => {
  await promised(c);
  await c.lives();
  const open = c.wire.promises.filter((id) => c.wire.status(id) > 0);
  if (open.length > 2) throw new Error(`${open.length} pushes are open, 2 are allowed`);
  return `${open.length} of ${c.wire.promises.length} promises begun`;
}, pushing({ INITIAL_WINDOW_SIZE: 1, MAX_CONCURRENT_STREAMS: 2 }));
must('9113', '5.1.2', 'nothing is pushed to a client that allows no streams', seen('no PUSH_PROMISE'), async (c) => {
  c.get(1, { path: c.target.pushes, extra: document });
  await c.answered();
  if (c.wire.promises.length) throw new Error(`${c.wire.promises.length} promises`);
}, pushing({ MAX_CONCURRENT_STREAMS: 0 }));
must('9113', '6.6', 'nothing is pushed to a client that has turned push off', seen('no PUSH_PROMISE'), async (c) => {
  c.get(1, { path: c.target.pushes, extra: document });
  await c.answered();
  if (c.wire.status(1) !== 200) throw new Error(sights(c.wire, 1));
  if (c.wire.promises.length) throw new Error(`${c.wire.promises.length} promises`);
}, pushing({ ENABLE_PUSH: 0 }));
must('9113', '6.6', 'a client that turns push off on the way is not pushed to after the acknowledgement', seen('no PUSH_PROMISE'), async (c) => {
  c.send(settings({ ENABLE_PUSH: 0 }));
  await c.wire.until(() => c.wire.acks > 1, '');
  c.get(1, { path: c.target.pushes, extra: document });
  await c.answered();
  if (c.wire.promises.length) throw new Error(`${c.wire.promises.length} promises`);
}, pushing());
must('9113', '6.8', 'nothing is promised to a client that has sent GOAWAY', seen('no PUSH_PROMISE'), async (c) => {
  c.send(goaway(0, 0)).get(1, { path: c.target.pushes, extra: document });
  await c.answered();
  if (c.wire.status(1) !== 200) throw new Error(sights(c.wire, 1));
  if (c.wire.promises.length) throw new Error(`${c.wire.promises.length} promises`);
}, pushing());
