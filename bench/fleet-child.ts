/** A fleet's meters in a process of their own: `fleet-child.ts <buses> <values>`; tells its ports, then on request how often it answered. */
import { startTruthServer } from './chaos/truth-server.ts';

const [buses, values] = process.argv.slice(2).map(Number) as [number, number];
const server = await startTruthServer({ values, buses, remember: false });
process.on('message', () => process.send?.(server.given()));
process.on('disconnect', () => process.exit(0));
process.send?.(server.ports);
