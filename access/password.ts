/** Passwords as scrypt hashes, with the cost in the hash so that it can be raised later. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** An OWASP setting: 16 MiB and about 0.2 s a try on two slow cores, within the memory of a small box. */
const usualCost: Cost = { N: 16_384, r: 8, p: 5 };
const keyLength = 32;

/** What a try costs, by the names of scrypt. */
export interface Cost {
  N: number;
  r: number;
  p: number;
}

export const passwordLength = { min: 10, max: 200 } as const;

/** One hash at a time: many log-ins at once must not take the memory or all cores. */
let queue: Promise<unknown> = Promise.resolve();

function derive(password: string, salt: Buffer, { N, r, p }: Cost): Promise<Buffer> {
  const work = queue.then(
    () =>
      new Promise<Buffer>((resolve, reject) => {
        scrypt(password.normalize('NFKC'), salt, keyLength, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
          if (error) reject(error);
          else resolve(key);
        });
      }),
  );
  queue = work.catch(() => undefined);
  return work;
}

export async function hashPassword(password: string, cost: Cost = usualCost): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

export async function passwordFits(password: string, stored: string): Promise<boolean> {
  const [kind, N, r, p, salt, key] = stored.split('$');
  if (kind !== 'scrypt' || !salt || !key) return false;
  const expected = Buffer.from(key, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return expected.length === found.length && timingSafeEqual(expected, found);
}

/** Easy to read aloud and to type: no 0 O 1 l I; about 92 bits. */
export function makePassword(): string {
  const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
  let text = '';
  while (text.length < 16) {
    const byte = randomBytes(1)[0]!;
    if (byte < letters.length * 4) text += letters[byte % letters.length];
  }
  return text.match(/.{4}/g)!.join('-');
}
