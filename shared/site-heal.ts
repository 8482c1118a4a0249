/**
 * What is left of a site file when the parts with mistakes are taken out, so that the later checks can look at the rest and all mistakes are told at
 * once. Items of lists leave a gap while it goes on, so that places keep their numbers.
 */
import type { Path } from './mistake.ts';
import { type SiteConfig, siteSchema } from './site.ts';

export interface Healed {
  config: SiteConfig;
  /** From a path in `config` to the path in the file. */
  original(path: Path): Path;
  /** Ids of what was taken out: nobody is blamed for naming them. */
  taken: ReadonlySet<string>;
}

const mostRounds = 12;
const gap = Symbol('taken out');

/** Undefined when too little is left. */
export function healed(merged: unknown): Healed | undefined {
  const copy: unknown = structuredClone(merged);
  const taken = new Set<string>();
  for (let round = 0; round < mostRounds; round++) {
    const { value, numbers } = closed(copy);
    const parsed = siteSchema.safeParse(value);
    if (parsed.success) return { config: parsed.data, original: (path) => opened(path, value, numbers), taken };
    for (const issue of parsed.error.issues) {
      const path = opened(issue.path as Path, value, numbers);
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path];
      for (const one of paths) takeOut(copy, one, taken);
    }
  }
  return undefined;
}

/** Takes out what stands at the path; where nothing stands there (something required is missing), what should hold it. */
function takeOut(root: unknown, path: Path, taken: Set<string>): void {
  for (let length = path.length; length > 0; length--) {
    const holder = at(root, path.slice(0, length - 1));
    const step = path[length - 1] as string | number;
    if (typeof holder !== 'object' || holder === null || !(step in holder)) continue;
    const own = holder as Record<string | number, unknown>;
    if (own[step] === gap) return;
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
  if (typeof id === 'string') taken.add(id);
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
