// One attack as a process of its own, so that it does not share a loop with the client that measures:
// attacker.mjs NAME TARGET-AS-JSON COUNT SECONDS; prints the account as JSON.
import { attacks } from './attacks.mjs';
import { runAttack } from './attack.mjs';

const [name, target, count, seconds] = process.argv.slice(2);
const account = await runAttack(attacks.get(name), JSON.parse(target), { count: Number(count), seconds: Number(seconds) });
console.log(JSON.stringify(account));
process.exit(0);
