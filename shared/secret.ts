import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { Fault } from './errors.ts';

/** A secret that cannot be printed by accident: string, JSON and inspect all show `<secret>`. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The only way to the text; call it where it is sent and nowhere else. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '<secret>';
  }
  toJSON(): string {
    return '<secret>';
  }
  [inspect.custom](): string {
    return '<secret>';
  }
}

/** Where a secret comes from in a site file: an environment variable or a file, never the text itself. */
export function readSecret(
  from: { env?: string | undefined; file?: string | undefined },
  environment: NodeJS.ProcessEnv = process.env,
): Secret {
  if (from.env !== undefined) {
    const value = environment[from.env];
    if (!value) throw new Fault('secret/missing', `the environment variable ${from.env} is not set`);
    return new Secret(value);
  }
  if (from.file !== undefined) {
    let value: string;
    try {
      value = readFileSync(from.file, 'utf8').trim();
    } catch (cause) {
      throw new Fault('secret/missing', `the secret file ${from.file} cannot be read`, { cause });
    }
    if (value === '') throw new Fault('secret/missing', `the secret file ${from.file} is empty`);
    return new Secret(value);
  }
  throw new Fault('secret/missing', 'a secret names neither env nor file');
}

/** The secret of a URL: the file that its parameter (`token_file`, `password_file`) names, else what is written in it, percent-encoded. */
export function secretOfUrl(url: URL, parameter: string, written: string): Secret {
  const file = url.searchParams.get(parameter);
  return file === null ? new Secret(decodeURIComponent(written)) : readSecret({ file });
}

/** A URL as it may be shown: user and password replaced, the rest kept. */
export function printableUrl(text: string): string {
  try {
    const url = new URL(text);
    if (url.username) url.username = '***';
    if (url.password) url.password = '***';
    for (const name of [...url.searchParams.keys()]) {
      if (/token|password|secret|key/i.test(name)) url.searchParams.set(name, '***');
    }
    return url.toString();
  } catch {
    return '<not a URL>';
  }
}
