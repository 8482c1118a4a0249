/** Users and access rights for a Mosquitto broker: the same as the embedded broker's, made from the same table. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Rights, rightsOf } from '../gateway/access.ts';
import { type BrokerUser, brokerUsers, ensureCredentials } from '../gateway/credentials.ts';
import { Fault } from '../shared/errors.ts';
import { devicePassword, deviceUser, gatewayPassword, gatewayUser } from '../shared/role.ts';
import { publishersOf } from '../shared/site.ts';
import { loadSite } from '../shared/site-file.ts';
import { type Command, dataFolder, parse, siteFile, siteOptions } from './command.ts';

/** Mosquitto's password line, kind 7: PBKDF2 with SHA-512; 101 rounds is what mosquitto_passwd writes, and the passwords have 192 random bits. */
function passwordLine(user: string, password: string): string {
  const salt = randomBytes(12);
  const rounds = 101;
  return `${user}:$7$${rounds}$${salt.toString('base64')}$${pbkdf2Sync(password, salt, rounds, 64, 'sha512').toString('base64')}`;
}

function accessLines(user: string, rights: Rights): string[] {
  const foreign = rights.foreignPublish ? 'write' : rights.foreignSubscribe ? 'read' : undefined;
  return [
    `user ${user}`,
    // Only the device has no topics of its own.
    ...(foreign
      ? [`topic ${foreign} #`, ...(rights.publish.length === 0 ? ['topic deny plantroom/#', 'topic deny simulated/#'] : [])]
      : []),
    ...rights.publish.map((topic) => `topic write ${topic}`),
    ...rights.subscribe.map((topic) => `topic read ${topic}`),
    '',
  ];
}

/** Each gateway has a user of its own for what it reads; the role's only says that the process lives. */
function heartbeatOnly(site: string): Rights {
  const { publish } = rightsOf('energy', site);
  return { publish: publish.map((topic) => topic.replace('/energy', '/gateway')), subscribe: [], foreignSubscribe: true };
}

const command: Command = {
  id: 'mosquitto-files',
  summary: 'Writes password and access files for Mosquitto: one user per role, gateway and device',
  usage: 'mosquitto-files --out DIR [--site F] [--data DIR]',
  async run(args) {
    const { values } = parse(args, { ...siteOptions, out: { type: 'string' } });
    if (!values.out) throw new Fault('usage/command', '--out is missing: the folder for the files "passwords" and "access"');
    const { config } = loadSite(siteFile(values.site));
    const site = config.site.id;
    const gateways = config.gateways.map(({ id }) => id);
    const dataDir = dataFolder(values.data);
    mkdirSync(dataDir, { recursive: true });
    const credentials = ensureCredentials(dataDir);
    const out = resolve(values.out);
    mkdirSync(out, { recursive: true });
    const write = (name: string, lines: string[]) => writeFileSync(join(out, name), `${lines.join('\n')}\n`, { mode: 0o644 });
    const line = (user: BrokerUser) => passwordLine(credentials[user].username, credentials[user].password);
    const lines = (user: BrokerUser) =>
      accessLines(credentials[user].username, user === 'gateway' ? heartbeatOnly(site) : rightsOf(user, site));
    const roleUsers = brokerUsers.filter((user) => user !== 'device');
    write('passwords', [...roleUsers.map(line), ...gateways.map((id) => passwordLine(gatewayUser(id), gatewayPassword(credentials, id)))]);
    write('access', [
      ...roleUsers.flatMap(lines),
      ...gateways.flatMap((id) => accessLines(gatewayUser(id), rightsOf({ gateway: id }, site))),
    ]);
    // A listener of their own, see deploy/mosquitto.conf.
    const devices = publishersOf(config);
    write('passwords-devices', [line('device'), ...devices.map((id) => passwordLine(deviceUser(id), devicePassword(credentials, id)))]);
    write('access-devices', [...lines('device'), ...devices.flatMap((id) => accessLines(deviceUser(id), rightsOf('device', site)))]);
    process.stdout.write(
      `${['passwords', 'access', 'passwords-devices', 'access-devices'].map((name) => join(out, name)).join(', ')}: passwords are hashed\n`,
    );
    return 0;
  },
};
export default command;
