// A well-behaved client as a process of its own, until its standard input ends: bystander.mjs TARGET-AS-JSON; prints its latencies as JSON.
import { Bystander } from './measure.mjs';

const client = new Bystander(JSON.parse(process.argv[2])).start();
process.stdin.resume().once('end', async () => {
  console.log(JSON.stringify(await client.stop()));
  process.exit(0);
});
