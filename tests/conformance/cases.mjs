// All cases, in the order of the RFCs.
import { all } from './case.mjs';
import './cases/connection.mjs';
import './cases/streams.mjs';
import './cases/frames.mjs';
import './cases/push.mjs';
import './cases/windows.mjs';
import './cases/fields.mjs';
import './cases/hpack.mjs';
import './cases/tls.mjs';

const order = ['9113', '8441', '7541', '9218', '7301'];
const key = (section) => section.split('.').map((part) => (Number.isNaN(Number(part)) ? part.charCodeAt(0) : Number(part)));
function bySection(a, b) {
  if (a.rfc !== b.rfc) return order.indexOf(a.rfc) - order.indexOf(b.rfc);
  const [x, y] = [key(a.section), key(b.section)];
  for (let i = 0; i < Math.max(x.length, y.length); i += 1) if (x[i] !== y[i]) return (x[i] ?? -1) - (y[i] ?? -1);
  return 0;
}
export const cases = [...all].sort(bySection);
