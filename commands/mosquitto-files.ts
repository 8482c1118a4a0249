/** Users and access rights for a Mosquitto broker: the same as the embedded broker's, made from the same table. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Rights, rightsOf } from '../gateway/access.ts';
import { brokerUsers, ensureCredentials } from '../gateway/credentials.ts';
import { Fault } from '../shared/errors.ts';
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
    ...(foreign ? [`topic ${foreign} #`, ...(rights.publish.length === 0 ? ['topic deny plantroom/#'] : [])] : []),
    ...rights.publish.map((topic) => `topic write ${topic}`),
    ...rights.subscribe.map((topic) => `topic read ${topic}`),
    '',
  ];
}

const command: Command = {
  id: 'mosquitto-files',
  summary: 'Writes password and access files for Mosquitto, one user per role',
  usage: 'mosquitto-files --out DIR [--site F] [--data DIR]',
  async run(args) {
    const { values } = parse(args, { ...siteOptions, out: { type: 'string' } });
    if (!values.out) throw new Fault('usage/command', '--out is missing: the folder for the files "passwords" and "access"');
    const site = loadSite(siteFile(values.site)).config.site.id;
    const dataDir = dataFolder(values.data);
    mkdirSync(dataDir, { recursive: true });
    const credentials = ensureCredentials(dataDir);
    const out = resolve(values.out);
    mkdirSync(out, { recursive: true });
    const write = (name: string, lines: string[]) => writeFileSync(join(out, name), `${lines.join('\n')}\n`, { mode: 0o644 });
    write(
      'passwords',
      brokerUsers.map((user) => passwordLine(credentials[user].username, credentials[user].password)),
    );
    write(
      'access',
      brokerUsers.flatMap((user) => accessLines(credentials[user].username, rightsOf(user, site))),
    );
    process.stdout.write(`${join(out, 'passwords')} (hashed), ${join(out, 'access')}\n`);
    return 0;
  },
};
export default command;
