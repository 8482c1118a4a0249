/** A mistake in a file that a person wrote: where it is, what was found and what is allowed. */
import { isAbsolute, relative } from 'node:path';

export type Path = readonly (string | number)[];

export interface Mistake {
  file: string;
  /** 1-based; 0 when the file as a whole is meant. */
  line: number;
  column: number;
  path: string;
  found: string;
  allowed: string;
}

/** `sites/a.yaml:12:9 gateways[0].id: found "A B"; allowed: an id ...` */
export function formatMistake(mistake: Mistake): string {
  const shown = relative(process.cwd(), mistake.file);
  const file = shown.startsWith('..') || isAbsolute(shown) ? mistake.file : shown;
  const where = mistake.path === '' ? '' : ` ${mistake.path}:`;
  return `${file}:${mistake.line}:${mistake.column}${where} found ${mistake.found}; allowed: ${mistake.allowed}`;
}

export function formatPath(path: Path): string {
  return path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('');
}

/** A finding in words, not a value of the file. */
export class Unquoted {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
