// New connections: full handshakes, resumed ones, and a page with 20 assets.
import { load } from '../load.mjs';
import { pageAssets } from '../place.mjs';

export const peers = ['h2o', 'nginx', 'caddy', 'apache', 'node'];
export const usual = ['h2o', 'nginx'];

export async function* rows(bench) {
  const servers = await bench.servers(peers);
  const visits = (options) => bench.compare(servers, async (server) => {
    const facts = await load(server, 'visits', { seconds: bench.seconds(2), ...options });
    if (facts.failures > 0) throw new Error(`${facts.failures} visits failed`);
    if (options.resume && facts.resumed < facts.visits) throw new Error(`only ${facts.resumed} of ${facts.visits} resumed`);
    return { noise: facts.noise, rate: facts.visits / facts.cpu, p50: facts.took_us.p50 / 1000 };
  });
  const unit = 'per CPU-second';
  yield { title: 'handshakes, full', key: 'rate', unit, more: 'better', targets: { nginx: 1 }, result: await visits({}) };
  yield { title: 'handshakes, resumed', key: 'rate', unit, more: 'better', targets: { nginx: 1 }, result: await visits({ resume: true }) };
  yield { title: 'page with 20 assets, cold connection', key: 'rate', unit: 'visits per CPU-second', more: 'better', targets: { h2o: 1.1 },
    result: await visits({ page: '/page.bin', asset: pageAssets }) };
}
