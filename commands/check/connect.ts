/** Tries what the site needs around it: the store, the broker, the channels. Sends nothing, writes nothing; says what is wrong and what to do. */
import { connect as tcpConnect } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import mqtt from 'mqtt';
import { openStore } from '../../ingest/open-store.ts';
import { storeTroubleOf } from '../../ingest/store-trouble.ts';
import { noPush } from '../../notify/channel.ts';
import { ownOptions } from '../../notify/channels.ts';
import { channelTypes } from '../../notify/index.ts';
import { systemClock } from '../../shared/clock.ts';
import { faults, isFault, reasonOf } from '../../shared/errors.ts';
import { mqttAccess, readingsFile } from '../../shared/role.ts';
import { printableUrl, readSecret } from '../../shared/secret.ts';
import type { LoadedSite } from '../../shared/site-file.ts';
import { troubleKinds } from '../../shared/trouble.ts';

const withinMs = 8_000;

/** True when all is well. */
export async function tryConnections(
  site: LoadedSite,
  dataDir: string,
  say: (line: string) => void,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<boolean> {
  let well = true;
  const attempt = async (what: string, work: () => Promise<string>, todo: (error: unknown) => string) => {
    try {
      say(`ok     ${what}: ${await work()}`);
    } catch (error) {
      well = false;
      say(`wrong  ${what}: ${reasonOf(error)}\n       ${todo(error)}`);
    }
  };
  const storeUrl = environment.PLANTROOM_STORE_URL || `sqlite:${readingsFile(dataDir)}`;
  await attempt(
    `store ${printableUrl(storeUrl)}`,
    async () => {
      await using store = await openStore({ url: storeUrl, site: site.config.site.id });
      await limited(store.check());
      return 'answers and takes us';
    },
    (error) => (isFault(error, 'store/query') ? faults['store/query'].todo : troubleKinds[storeTroubleOf(error)].todo.en),
  );
  const access = mqttAccess('ingest', dataDir, environment);
  await attempt(
    `broker ${printableUrl(access.url)}`,
    async () => {
      const client = await mqtt.connectAsync(access.url, {
        reconnectPeriod: 0,
        connectTimeout: withinMs,
        protocolVersion: 4,
        ...(access.username === undefined ? {} : { username: access.username }),
        ...(access.password === undefined ? {} : { password: access.password.reveal() }),
      });
      await client.endAsync(true);
      return `signed in${access.username === undefined ? '' : ` as ${access.username}`}`;
    },
    (error) =>
      /password|authori[sz]ed/i.test(reasonOf(error))
        ? 'Check user and password in PLANTROOM_MQTT_URL, or the access files (plantroom mosquitto-files)'
        : environment.PLANTROOM_MQTT_URL
          ? 'Check that it runs, its address and port, and a firewall between'
          : 'The embedded broker runs only while plantroom start does: start it, or name another one in PLANTROOM_MQTT_URL',
  );
  const deps = {
    push: noPush,
    wire: systemClock(),
    secret: (from: Parameters<typeof readSecret>[0]) => readSecret(from, environment),
    path: (name: string) => `${site.folder}/${name}`,
  };
  for (const channel of site.config.channels) {
    const type = channelTypes.get(channel.type);
    if (!type) continue;
    await attempt(
      `channel ${channel.id} (${channel.type})`,
      async () => {
        const options = type.options.parse(ownOptions(channel));
        // Opening it reads its secrets and connects to nothing.
        const opened = await type.open(options, deps);
        await opened[Symbol.asyncDispose]();
        const address = addressOf(options);
        if (!address) return 'its settings and secrets are there';
        await reach(address);
        return `${address.host}:${address.port} can be reached; nothing was sent`;
      },
      (error) =>
        isFault(error) ? faults[error.code].todo : 'Check the address, the name server, and that the firewall lets this machine out to it',
    );
  }
  if (site.config.channels.length === 0) say('note   no channels: alarms are on the screen only');
  if (!environment.PLANTROOM_BACKUP) say('note   PLANTROOM_BACKUP names no folder: nobody sees when the backup is old');
  return well;
}

interface Address {
  host: string;
  port: number;
  tls: boolean;
}

/** Where a channel connects to, by the settings that channels have: `url`, or `host` and `port`. */
function addressOf(options: unknown): Address | undefined {
  const { url, host, port } = options as { url?: unknown; host?: unknown; port?: unknown };
  if (typeof host === 'string') return { host, port: Number(port) || 25, tls: false };
  const parsed = typeof url === 'string' ? URL.parse(url) : null;
  if (!parsed) return undefined;
  const tls = parsed.protocol === 'https:' || parsed.protocol === 'mqtts:';
  const standard = { 'https:': 443, 'http:': 80, 'mqtts:': 8883, 'mqtt:': 1883 }[parsed.protocol];
  return { host: parsed.hostname.replace(/^\[|\]$/g, ''), port: Number(parsed.port) || (standard ?? 443), tls };
}

/** A connection and, where TLS is spoken, its handshake, with a certificate that is trusted. */
function reach({ host, port, tls }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = tls ? tlsConnect({ host, port, servername: /^[\d.:]+$/.test(host) ? '' : host }) : tcpConnect({ host, port });
    socket.setTimeout(withinMs, () => socket.destroy(new Error(`no answer within ${withinMs / 1_000} s`)));
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

async function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      work,
      new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${withinMs / 1_000} s`)), withinMs);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
