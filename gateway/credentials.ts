/** Users of the embedded broker: one per role and one for third-party devices, made at first start. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Fault } from '../shared/errors.ts';
import {
  type BrokerCredentials,
  credentialsFile,
  devicePassword,
  deviceUser,
  gatewayPassword,
  gatewayUser,
  type Role,
  roles,
} from '../shared/role.ts';
import { writeOnce } from '../shared/secret-file.ts';
import type { BrokerIdentity } from './access.ts';

export type BrokerUser = Role | 'device';
export const brokerUsers: readonly BrokerUser[] = [...roles, 'device'];

const entry = z.object({ username: z.string().min(1), password: z.string().min(16) });
const schema = z.object(Object.fromEntries(brokerUsers.map((user) => [user, entry])) as Record<BrokerUser, typeof entry>);

/**
 * Reads the credentials, or makes them: 192 random bits each, file 0600 in a folder 0700. Two processes that start at once agree on one file.
 * @throws Fault secret/missing when the file is there and not right
 */
export function ensureCredentials(dataDir: string): BrokerCredentials {
  const file = credentialsFile(dataDir);
  const existing = read(file);
  if (existing) return existing;
  const made = Object.fromEntries(
    brokerUsers.map((user) => [user, { username: user, password: randomBytes(24).toString('base64url') }]),
  ) as BrokerCredentials;
  writeOnce(file, `${JSON.stringify(made, null, 2)}\n`);
  return read(file) as BrokerCredentials;
}

function read(file: string): BrokerCredentials | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Fault('secret/missing', `${file} cannot be read`, { cause });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    // Without the cause: it could quote the content.
    throw new Fault('secret/missing', `${file} does not have the agreed form; remove it and new credentials are made at the next start`);
  }
}

const digest = (text: string | Buffer) => createHash('sha256').update(text).digest();

/** Who signs in with this user and password; takes the same time whether the user exists or not. */
export function signIn(
  credentials: BrokerCredentials,
  gateways: readonly string[] = [],
  devices: readonly string[] = [],
): (username: string | undefined, password: Buffer | undefined) => BrokerIdentity | undefined {
  const known = new Map<string, { user: BrokerIdentity; digest: Buffer }>([
    ...gateways.map(
      (gateway) => [gatewayUser(gateway), { user: { gateway }, digest: digest(gatewayPassword(credentials, gateway)) }] as const,
    ),
    ...devices.map((device) => [deviceUser(device), { user: 'device', digest: digest(devicePassword(credentials, device)) }] as const),
    ...brokerUsers.map((user) => [credentials[user].username, { user, digest: digest(credentials[user].password) }] as const),
  ]);
  const nobody = { user: undefined, digest: randomBytes(32) };
  return (username, password) => {
    const candidate = known.get(username ?? '') ?? nobody;
    return timingSafeEqual(candidate.digest, digest(password ?? '')) ? candidate.user : undefined;
  };
}
