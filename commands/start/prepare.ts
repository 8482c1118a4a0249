/** Everything that comes before the first role: run by `start` in a process of its own, which sends the plan and ends. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFirstPassword } from '../../access/index.ts';
import { buildConsoleIfStale } from '../../dashboards/console/build.ts';
import { trustedProxies } from '../../dashboards/trusted-proxies.ts';
import { ensureCredentials } from '../../gateway/credentials.ts';
import { exitCodeOf, Fault, reasonOf } from '../../shared/errors.ts';
import { type Endpoints, endpointsFile, type Role } from '../../shared/role.ts';
import { printableUrl } from '../../shared/secret.ts';
import { historyDue, historyWanted, readMarker } from '../../shared/simulated-past.ts';
import type { SiteConfig } from '../../shared/site.ts';
import { checkAll } from '../check.ts';
import { freePort, freeShift, isFree } from './ports.ts';

export interface Wish {
  file: string;
  dataDir: string;
  port: string | undefined;
  speed: string | undefined;
}

export interface Plan {
  roles: Role[];
  environment: Record<string, string>;
  banner: string[];
  /** The simulated hospital has no past yet. */
  history: boolean;
  clock: { file: string; speed: number; realStart: number; plantStart: number } | undefined;
}

const preferredBrokerPort = 1883;

async function plan({ file, dataDir, port: wantedPort, speed: wantedSpeed }: Wish, own: NodeJS.ProcessEnv): Promise<Plan> {
  // A second core has nothing to do meanwhile; a bad site file ends it.
  const giveUp = new AbortController();
  const built = buildConsoleIfStale(giveUp.signal);
  built.catch(() => undefined);
  const { config } = await checkAll(file).catch(async (error: unknown) => {
    giveUp.abort();
    await built.catch(() => undefined);
    throw error;
  });
  const { simulated, name } = config.site;
  const speed = number(wantedSpeed ?? '1', '--speed', 0.1, 10_000);
  if (speed !== 1 && !simulated) throw new Fault('usage/command', '--speed is for simulated sites only');
  const host = own.PLANTROOM_HOST || '127.0.0.1';
  trustedProxies(own.PLANTROOM_TRUST_PROXY);
  const port = await httpPort(wantedPort ?? own.PLANTROOM_PORT, host);
  const roles: Role[] = ['gateway', 'ingest', 'rules', 'energy', 'dashboards'];
  const environment: Record<string, string> = {
    PLANTROOM_PORT: String(port),
    PLANTROOM_HOST: host,
    PLANTROOM_DATA: dataDir,
    PLANTROOM_SITE: file,
  };
  const clock = simulated ? plantClock(dataDir, speed) : undefined;
  if (clock) environment.PLANTROOM_CLOCK = `${clock.speed},${clock.realStart},${clock.plantStart}`;
  if (simulated) {
    environment.PLANTROOM_SIM_SHIFT = String(await freeShift(simulatedPorts(config)));
    roles.unshift('simulators');
  }
  let broker = printableUrl(own.PLANTROOM_MQTT_URL ?? '');
  if (!own.PLANTROOM_MQTT_URL) {
    ensureCredentials(dataDir);
    const brokerPort = await embeddedBrokerPort(own.PLANTROOM_BROKER_PORT);
    const mqtt = `mqtt://127.0.0.1:${brokerPort}`;
    Object.assign(environment, { PLANTROOM_BROKER_PORT: String(brokerPort), PLANTROOM_MQTT_URL: mqtt, PLANTROOM_MQTT_EMBEDDED: '1' });
    roles.unshift('broker');
    broker = `embedded, ${mqtt}`;
    writeFileSync(endpointsFile(dataDir), JSON.stringify({ mqtt, http: `http://${host}:${port}` } satisfies Endpoints));
  }
  environment.PLANTROOM_ROLES = roles.join(',');
  const first = await ensureFirstPassword(dataDir, own);
  await built;
  const banner = [
    `Plantroom  ${name.zh} / ${name.en}${simulated ? `  (simulated, speed ${speed})` : ''}`,
    `  console  http://${host}:${port}`,
    `  broker   ${broker}`,
    `  data     ${dataDir}`,
    ...(first.password
      ? [
          `  sign in  user ${first.user}, password ${first.password}   (shown this once; change it with: plantroom user password ${first.user})`,
        ]
      : []),
  ];
  const history = simulated && historyWanted(own) && historyDue(readMarker(dataDir));
  return { roles, environment, banner, history, clock };
}

function number(text: string, what: string, min: number, max: number): number {
  const value = Number(text);
  if (!(value >= min && value <= max))
    throw new Fault('usage/command', `${what}: found "${text}"; allowed: a number from ${min} to ${max}`);
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

async function embeddedBrokerPort(wanted: string | undefined): Promise<number> {
  if (wanted) return number(wanted, 'PLANTROOM_BROKER_PORT', 1, 65_535);
  return (await isFree(preferredBrokerPort)) ? preferredBrokerPort : freePort();
}

const simulatedPorts = (config: SiteConfig) =>
  config.gateways.flatMap((gateway) => gateway.buses.flatMap((bus) => ('port' in bus && bus.simulated ? [bus.port] : [])));

/** Undefined when plant time is real time. */
function plantClock(dataDir: string, speed: number): Plan['clock'] {
  const file = join(dataDir, 'plant-clock.json');
  const realStart = Date.now();
  let plantStart = realStart;
  try {
    plantStart = Math.max(plantStart, Number(JSON.parse(readFileSync(file, 'utf8')).plantTime) || 0);
  } catch {
    // First start, or the file was torn: real time is right.
  }
  return speed === 1 && plantStart === realStart ? undefined : { file, speed, realStart, plantStart };
}

try {
  const made = await plan(JSON.parse(process.argv[2] ?? '{}') as Wish, process.env);
  process.send?.(made, () => process.exit(0));
} catch (error) {
  process.stderr.write(`plantroom start: ${reasonOf(error)}\n`);
  process.exit(exitCodeOf(error));
}
