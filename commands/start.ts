/** Starts all roles, one child process each, keeps them running, and stops them together. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureCredentials } from '../gateway/credentials.ts';
import { Fault } from '../shared/errors.ts';
import { type Endpoints, endpointsFile, type Role } from '../shared/role.ts';
import { printableUrl } from '../shared/secret.ts';
import { checkAll } from './check.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';
import { holdFolder } from './start/hold-folder.ts';
import { freePort, freeShift, isFree } from './start/ports.ts';
import { supervise } from './start/supervise.ts';

const preferredBrokerPort = 1883;

const command: Command = {
  id: 'start',
  summary: 'All roles: reads the plant, stores, judges, shows; Ctrl-C ends them',
  usage: 'start [--site F] [--data DIR] [--port N] [--speed X]',
  async run(args) {
    const { values } = parse(args, { ...siteOptions, port: { type: 'string' }, speed: { type: 'string' } });
    const file = siteFile(values.site);
    const site = await checkAll(file);
    const simulated = site.config.site.simulated;
    const speed = number(values.speed ?? '1', '--speed', 0.1, 10_000);
    if (speed !== 1 && !simulated) throw new Fault('usage/command', '--speed is for simulated sites only');
    const dataDir = dataFolder(values.data);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    using _hold = holdFolder(dataDir);

    const host = process.env.PLANTROOM_HOST || '127.0.0.1';
    const port = await httpPort(values.port ?? process.env.PLANTROOM_PORT, host);
    const roles: Role[] = ['gateway', 'ingest', 'rules', 'dashboards'];
    const environment: NodeJS.ProcessEnv = {
      ...process.env,
      PLANTROOM_PORT: String(port),
      PLANTROOM_HOST: host,
      PLANTROOM_DATA: dataDir,
      PLANTROOM_SITE: file,
    };
    const plantClock = continueClock(dataDir, speed, simulated);
    if (plantClock) environment.PLANTROOM_CLOCK = plantClock.text;
    const embedded = !process.env.PLANTROOM_MQTT_URL;
    if (embedded) {
      ensureCredentials(dataDir);
      const brokerPort = process.env.PLANTROOM_BROKER_PORT
        ? number(process.env.PLANTROOM_BROKER_PORT, 'PLANTROOM_BROKER_PORT', 1, 65_535)
        : (await isFree(preferredBrokerPort))
          ? preferredBrokerPort
          : await freePort();
      environment.PLANTROOM_BROKER_PORT = String(brokerPort);
      environment.PLANTROOM_MQTT_URL = `mqtt://127.0.0.1:${brokerPort}`;
      environment.PLANTROOM_MQTT_EMBEDDED = '1';
      roles.unshift('broker');
    }
    if (simulated) {
      const ports = site.config.gateways.flatMap((gateway) =>
        gateway.buses.flatMap((bus) => ('port' in bus && bus.simulated ? [bus.port] : [])),
      );
      environment.PLANTROOM_SIM_SHIFT = String(await freeShift(ports));
      roles.splice(embedded ? 1 : 0, 0, 'simulators');
    }
    environment.PLANTROOM_ROLES = roles.join(',');

    const { ensureFirstPassword } = await import('../dashboards/first-password.ts');
    const first = await ensureFirstPassword(dataDir, process.env);
    const { buildConsoleIfStale } = await import('../dashboards/console/build.ts');
    await buildConsoleIfStale();

    const say = (line: string) => process.stdout.write(`${line}\n`);
    say(`Plantroom  ${site.config.site.name.zh} / ${site.config.site.name.en}${simulated ? `  (simulated, speed ${speed})` : ''}`);
    say(`  console  http://${host}:${port}`);
    say(`  broker   ${embedded ? `embedded, ${environment.PLANTROOM_MQTT_URL}` : printableUrl(process.env.PLANTROOM_MQTT_URL ?? '')}`);
    say(`  data     ${dataDir}`);
    if (first.password)
      say(`  sign in  user ${first.user}, password ${first.password}   (shown this once; change it with: plantroom user password)`);

    const endpoints: Endpoints = { mqtt: environment.PLANTROOM_MQTT_URL ?? '', http: `http://${host}:${port}` };
    if (embedded) writeFileSync(endpointsFile(dataDir), JSON.stringify(endpoints));
    using _clock = plantClock?.save(dataDir);
    return await supervise({ roles, args: ['--site', file, '--data', dataDir], environment });
  },
};
export default command;

function number(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!(value >= min && value <= max))
    throw new Fault('usage/command', `${name}: found "${text}"; allowed: a number from ${min} to ${max}`);
  return value;
}

/** --port 0 takes any free port. */
async function httpPort(text: string | undefined, host: string): Promise<number> {
  const port = number(text || '8080', '--port', 0, 65_535);
  if (port === 0) return freePort(host);
  if (!(await isFree(port, host))) {
    throw new Fault('transport/closed', `port ${port} is in use by another program; choose another with --port N or PLANTROOM_PORT`);
  }
  return port;
}

/** Plant time never goes back: after a fast run it goes on from where it was, even at normal speed. */
function continueClock(dataDir: string, speed: number, simulated: boolean) {
  if (!simulated) return undefined;
  const file = join(dataDir, 'plant-clock.json');
  const realStart = Date.now();
  let plantStart = realStart;
  try {
    plantStart = Math.max(plantStart, Number(JSON.parse(readFileSync(file, 'utf8')).plantTime));
  } catch {
    // First start, or the file was torn: real time is right.
  }
  if (speed === 1 && plantStart === realStart) return undefined;
  const now = () => plantStart + (Date.now() - realStart) * speed;
  return {
    text: `${speed},${realStart},${plantStart}`,
    save(_folder: string): Disposable {
      const write = () => writeFileSync(file, JSON.stringify({ plantTime: Math.round(now()) }));
      write();
      const timer = setInterval(write, 2_000);
      return {
        [Symbol.dispose]() {
          clearInterval(timer);
          write();
        },
      };
    },
  };
}
