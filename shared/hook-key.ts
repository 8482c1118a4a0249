/**
 * Keys of the webhooks that were added in the console. Each follows from one key of the program and a number of its own, so that the database holds none, and
 * whoever reads a copy of it can sign nothing.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Fault } from './errors.ts';
import { Secret } from './secret.ts';
import { writeOnce } from './secret-file.ts';

export const hookKeyFile = (dataDir: string) => join(dataDir, 'secrets', 'hooks.key');
const form = /^[0-9a-f]{64}$/;

function programKey(dataDir: string): Buffer {
  const file = hookKeyFile(dataDir);
  const read = () => {
    const text = readFileSync(file, 'utf8').trim();
    if (!form.test(text)) throw new Fault('secret/missing', `${file} cannot be read; every webhook of the console has to be added anew`);
    return Buffer.from(text, 'hex');
  };
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  writeOnce(file, `${randomBytes(32).toString('hex')}\n`);
  return read();
}

/** As receivers take it: base64 with the prefix whsec_. @throws Fault secret/missing when the file is there and not right */
export const hookSecret = (dataDir: string, id: string, nonce: string): Secret =>
  new Secret(`whsec_${createHmac('sha256', programKey(dataDir)).update(`hook\0${id}\0${nonce}`).digest('base64')}`);
