/** Tokens for one bucket of InfluxDB 2: one that reads and writes it, for the roles, and one that only reads it, for Grafana. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { systemClock } from '../shared/clock.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { readSecret, type Secret } from '../shared/secret.ts';
import { type Command, parse } from './command.ts';

const answerWithinMs = 10_000;
const retryMs = 2_000;
/** InfluxDB sets itself up at its first start. */
const patienceMs = 120_000;

interface Bucket {
  url: string;
  orgId: string;
  id: string;
}

/** @throws Fault store/unavailable, store/denied */
async function ask(url: string, token: Secret, body?: unknown): Promise<Record<string, unknown>> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Token ${token.reveal()}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerWithinMs),
    });
  } catch (error) {
    throw new Fault('store/unavailable', `${url}: ${reasonOf(error) || 'no answer'}`, { cause: error });
  }
  const text = await answer.text();
  if (answer.status === 401 || answer.status === 403) throw new Fault('store/denied', `${url}: InfluxDB refuses the token`);
  if (answer.status === 404) return {};
  if (!answer.ok) throw new Fault('store/unavailable', `${url}: HTTP ${answer.status} ${text.slice(0, 200)}`);
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    throw new Fault('store/unavailable', `${url}: what answers is not InfluxDB: ${text.slice(0, 200)}`);
  }
}

const firstId = (list: unknown): string | undefined => (Array.isArray(list) ? (list[0] as { id?: string } | undefined)?.id : undefined);

async function findBucket(url: string, org: string, bucket: string, token: Secret): Promise<Bucket> {
  const orgId = firstId((await ask(`${url}/api/v2/orgs?org=${encodeURIComponent(org)}`, token)).orgs);
  if (!orgId) throw new Fault('store/denied', `${url}: there is no organisation "${org}", or this token may not see it`);
  const id = firstId((await ask(`${url}/api/v2/buckets?orgID=${orgId}&name=${encodeURIComponent(bucket)}`, token)).buckets);
  if (!id) throw new Fault('store/denied', `${url}: there is no bucket "${bucket}" in "${org}", or this token may not see it`);
  return { url, orgId, id };
}

/** A token from an earlier start that still opens the bucket stays as it is. */
async function stillGood(file: string, { url, id }: Bucket): Promise<boolean> {
  if (!existsSync(file) || readFileSync(file, 'utf8').trim() === '') return false;
  try {
    return (await ask(`${url}/api/v2/buckets/${id}`, readSecret({ file }))).id === id;
  } catch (error) {
    if (error instanceof Fault && error.code === 'store/denied') return false;
    throw error;
  }
}

async function ensureToken(bucket: Bucket, admin: Secret, file: string, actions: readonly ('read' | 'write')[], mode: number) {
  if (await stillGood(file, bucket)) return;
  const resource = { type: 'buckets', id: bucket.id, orgID: bucket.orgId };
  const { token } = await ask(`${bucket.url}/api/v2/authorizations`, admin, {
    orgID: bucket.orgId,
    description: `plantroom: ${actions.join(' and ')} one bucket`,
    permissions: actions.map((action) => ({ action, resource })),
  });
  if (typeof token !== 'string' || token === '') throw new Fault('store/unavailable', `${bucket.url}: InfluxDB made no token`);
  writeFileSync(file, `${token}\n`, { mode });
}

const command: Command = {
  id: 'influx-tokens',
  summary: 'Makes tokens for one bucket of InfluxDB 2, from the token of its administrator in PLANTROOM_INFLUX_ADMIN_TOKEN',
  usage: 'influx-tokens --url URL --org NAME --bucket NAME --write FILE [--read FILE]',
  async run(args) {
    const text = { type: 'string' } as const;
    const { values } = parse(args, { url: text, org: text, bucket: text, write: text, read: text });
    const { url, org, bucket: name, write, read } = values;
    if (!url || !org || !name || !write) throw new Fault('usage/command', 'needed: --url, --org, --bucket and --write');
    const admin = readSecret({ env: 'PLANTROOM_INFLUX_ADMIN_TOKEN' });
    const clock = systemClock();
    const until = clock.monotonic() + patienceMs;
    for (;;) {
      try {
        const bucket = await findBucket(url.replace(/\/$/, ''), org, name, admin);
        await ensureToken(bucket, admin, write, ['read', 'write'], 0o600);
        // Grafana runs as another user; nothing but Grafana mounts this one.
        if (read) await ensureToken(bucket, admin, read, ['read'], 0o644);
        process.stdout.write(`${[write, ...(read ? [read] : [])].join(', ')}: tokens for the bucket "${name}"\n`);
        return 0;
      } catch (error) {
        const waiting = error instanceof Fault && error.code === 'store/unavailable' && clock.monotonic() < until;
        if (!waiting) throw error;
        await clock.sleep(retryMs);
      }
    }
  },
};
export default command;
