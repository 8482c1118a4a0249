/**
 * Reading and decoding alone, without outbox and broker: `node bench/modbus.ts`. How values a second, CPU and memory grow with the meters,
 * as fast as it goes and once a second. The meters are a process of their own.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import modbusTcp from '../gateway/transports/modbus-tcp.ts';
import { systemClock } from '../shared/clock.ts';
import { silentLog } from '../shared/log.ts';
import { modbusTcpBusSchema } from '../shared/site.ts';
import { benchDevice, benchProfiles, valuesOfMeter } from './meters.ts';

const clock = systemClock();
const seconds = 5;

async function measure(meters: number, poll: string): Promise<string> {
  const connections = Math.max(1, meters / 10);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'raw-meters.ts'), String(connections)], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const ports = JSON.parse(await new Promise<string>((resolve) => child.stdout?.once('data', (text) => resolve(String(text))))) as number[];
  let polls = 0;
  let bad = 0;
  const buses = ports.map((port, bus) => {
    const devices = Array.from({ length: meters / connections }, (_, unit) => benchDevice(`b${bus}m${unit}`, unit + 1, poll));
    const config = { ...modbusTcpBusSchema.parse({ id: `b${bus}`, type: 'modbus-tcp', host: '127.0.0.1', port }), devices };
    const sink = {
      readings(result: { bad: object }) {
        polls++;
        bad += Object.keys(result.bad).length;
      },
      device() {},
    };
    return modbusTcp.start(config, { clock, log: silentLog(), profiles: benchProfiles, sink });
  });
  await clock.sleep(1_500);
  const before = polls;
  bad = 0;
  const cpu = process.cpuUsage();
  const startedAt = clock.monotonic();
  await clock.sleep(seconds * 1_000);
  const tookS = (clock.monotonic() - startedAt) / 1_000;
  const used = process.cpuUsage(cpu);
  const values = (polls - before) * valuesOfMeter;
  for (const bus of buses) await bus[Symbol.asyncDispose]();
  child.kill();
  const cpuS = (used.user + used.system) / 1e6;
  return `${String(meters).padStart(5)} meters each ${poll.padEnd(3)}  ${Math.round(values / tookS)
    .toLocaleString('en')
    .padStart(
      10,
    )} values/s  ${(cpuS / (values / 1e6)).toFixed(2)} CPU s per million  ${Math.round(process.memoryUsage.rss() / 1e6)} MB  ${bad} bad`;
}

process.stdout.write('read and decode only; 50 values a meter, ten meters a connection, servers on the same cores\n');
for (const [meters, poll] of [[50, '1s'], [500, '1s'], [5_000, '1s'], [500, '1ms']] as const) process.stdout.write(`${await measure(meters, poll)}\n`); // biome-ignore format: one line
process.exit(0);
