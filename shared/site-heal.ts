/**
 * What is left of a site file when the parts with mistakes are taken out, so that the later checks can look at the rest and all mistakes are told at
 * once. Where something required is missing a stand-in is put, so that what stands beside it is looked at too. Items of lists leave a gap while it goes
 * on, so that places keep their numbers.
 */
import { nearestName } from './guess.ts';
import { formatPath, type Mistake, type Path } from './mistake.ts';
import { allowedAt } from './schema-walk.ts';
import { type SiteConfig, siteSchema } from './site.ts';

export interface Healed {
  config: SiteConfig;
  /** From a path in `config` to the path in the file. */
  original(path: Path): Path;
  /** Is this, placed in the file, found only because something was taken out or stood in for? */
  isConsequence(mistake: Pick<Mistake, 'path' | 'found'>): boolean;
}

const mostRounds = 60;
const gap = Symbol('taken out');
const standIn = 'stand-in';
/** As it stands in lists of what is allowed. */
export const withoutStandIns = (allowed: string): string => allowed.replace(/(, )?stand-in-\d+/g, '');

/** What may stand for something required that is missing: what fits this key, else whatever the schema takes. */
function standInsFor(key: string | number, n: number): unknown[] {
  const own: Record<string, unknown[]> = { type: ['modbus-tcp'], timezone: ['Asia/Shanghai'], unit: [247], path: ['/dev/ttyS0'] };
  return [...(own[key] ?? []), `${standIn}-${n}`, 1, {}, [], '1h'];
}

export interface Meant {
  value: unknown;
  /** The key as it stands in the file, and what may stand there. */
  slips: { path: Path; key: string; keys: string[] }[];
  /** From a path in `value` to the path in the file. */
  written(path: Path): Path;
}

const mostDepth = 8;

/** Misspelt keys are read as what they are nearly called, unless that is there as well: so what stands under them is looked at too. */
export function asMeant(merged: unknown, schema: object): Meant {
  const value: unknown = structuredClone(merged);
  const renamed = new Map<string, string>();
  const written = (path: Path): Path => path.map((step, index) => renamed.get(formatPath(path.slice(0, index + 1))) ?? step);
  const slips: Meant['slips'] = [];
  for (let depth = 0; depth < mostDepth; depth++) {
    const before = slips.length;
    for (const issue of siteSchema.safeParse(value).error?.issues ?? []) {
      if (issue.code !== 'unrecognized_keys') continue;
      const path = issue.path as Path;
      const { keys } = allowedAt(schema, path, value);
      const holder = at(value, path) as Record<string, unknown>;
      for (const key of issue.keys) {
        const meant = nearestName(key, keys);
        if (meant === undefined || meant in holder) continue;
        slips.push({ path: written(path), key, keys });
        holder[meant] = holder[key];
        delete holder[key];
        renamed.set(formatPath([...path, meant]), key);
      }
    }
    if (slips.length === before) break;
  }
  return { value, slips, written };
}

/** Undefined when too little is left. */
export function healed(merged: unknown): Healed | undefined {
  const copy: unknown = structuredClone(merged);
  const taken = new Set<string>();
  const tried = new Map<string, number>();
  for (let round = 0; round < mostRounds; round++) {
    const { value, numbers } = closed(copy);
    const parsed = siteSchema.safeParse(value);
    if (parsed.success) {
      // What stands in a file with mistakes may be anything, also no id.
      const names = [...taken].map((id) => id.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
      const words = [...names, `${standIn}-\\d+`].map((id) => new RegExp(`(^|[^\\w-])${id}($|[^\\w-])`));
      return {
        config: parsed.data,
        original: (path) => opened(path, value, numbers),
        isConsequence: ({ path, found }) => tried.has(path) || words.some((word) => word.test(found)),
      };
    }
    for (const issue of parsed.error.issues) {
      const path = opened(issue.path as Path, value, numbers);
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
      for (const one of paths) mend(copy, one, taken, tried);
    }
  }
  return undefined;
}

/** Takes out what stands at the path; where nothing stands there, puts the next stand-in; where none fits, takes out what should hold it. */
function mend(root: unknown, path: Path, taken: Set<string>, tried: Map<string, number>): void {
  for (let length = path.length; length > 0; length--) {
    const holder = at(root, path.slice(0, length - 1));
    const step = path[length - 1] as string | number;
    if (typeof holder !== 'object' || holder === null) continue;
    const own = holder as Record<string | number, unknown>;
    if (own[step] === gap) return;
    const name = formatPath(path.slice(0, length));
    const next = tried.get(name) ?? 0;
    const isThere = step in holder;
    if (!Array.isArray(holder) && (!isThere || tried.has(name))) {
      const candidates = standInsFor(step, tried.size);
      tried.set(name, next + 1);
      if (next < candidates.length) {
        own[step] = candidates[next];
        return;
      }
      delete own[step];
      continue;
    }
    if (!isThere) continue;
    note(own[step], taken);
    if (Array.isArray(holder)) own[step] = gap;
    else delete own[step];
    return;
  }
}

const at = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | null | undefined)?.[step], root);

function note(value: unknown, taken: Set<string>): void {
  if (typeof value !== 'object' || value === null) return;
  const { id } = value as { id?: unknown };
  if (typeof id === 'string' && id !== '') taken.add(id);
  for (const inner of Object.values(value)) note(inner, taken);
}

/** Without the gaps, and which number each item had. */
function closed(root: unknown): { value: unknown; numbers: Map<object, number[]> } {
  const numbers = new Map<object, number[]>();
  const close = (value: unknown): unknown => {
    if (Array.isArray(value)) {
      const kept = value.flatMap((item, index) => (item === gap ? [] : [index]));
      const items = kept.map((index) => close(value[index]));
      numbers.set(items, kept);
      return items;
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, close(inner)]));
  };
  return { value: close(root), numbers };
}

function opened(path: Path, value: unknown, numbers: ReadonlyMap<object, number[]>): Path {
  let inner: unknown = value;
  return path.map((step) => {
    const kept = typeof inner === 'object' && inner !== null ? numbers.get(inner) : undefined;
    inner = (inner as Record<string | number, unknown> | null | undefined)?.[step];
    return kept && typeof step === 'number' ? (kept[step] ?? step) : step;
  });
}
