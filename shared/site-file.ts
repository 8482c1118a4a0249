/** Reads a site file with its includes and reports every mistake at once, with file, line, path, what was found and what is allowed. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { type Document, isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { Fault, reasonOf } from './errors.ts';
import { allowedNames } from './guess.ts';
import { formatMistake, formatPath, type Mistake, type Path, Unquoted } from './mistake.ts';
import type { ProfileFacts } from './profile-facts.ts';
import { allowedAt } from './schema-walk.ts';
import { type SiteConfig, siteSchema } from './site.ts';
import { asMeant, healed, withoutStandIns } from './site-heal.ts';
import { referenceMistakes } from './site-references.ts';

export interface LoadedSite {
  config: SiteConfig;
  /** Absolute path. */
  file: string;
  folder: string;
  /** Places a mistake that somebody else found (unknown profile, bad rule parameter). */
  mistake(path: Path, found: unknown, allowed: string): Mistake;
  /** Facts of a device profile; undefined when there is none of this name. Known once the site is complete (commands/complete-site.ts). */
  profileFacts?(profile: string): ProfileFacts | undefined;
}

interface Source {
  file: string;
  document: Document.Parsed;
  lines: LineCounter;
  /** A file that it includes cannot be read. */
  incomplete?: boolean;
}

/** Sections that an included file may add to; each is a list. */
const listSections = [
  'profiles',
  'buildings',
  'departments',
  'tenants',
  'gateways',
  'people',
  'on_call',
  'rosters',
  'channels',
  'tariffs',
  'tree',
  'targets',
  'projects',
] as const;
const singleSections = ['site', 'escalation', 'rules', 'retention', 'reports'] as const;
const mostFiles = 100;

/** @throws Fault site/unreadable, or site/invalid with `detail.mistakes: Mistake[]` */
export function loadSite(file: string): LoadedSite {
  const main = resolve(file);
  const mistakes: Mistake[] = [];
  const sources = readAll(main, mistakes);
  if (sources[0]?.file !== main) throw siteFault(mistakes);
  // Of what a file that cannot be read would have held, nobody knows what is missing.
  const incomplete = sources.some(({ incomplete }) => incomplete);

  const { merged, origins } = merge(sources, mistakes);
  const placed = (path: Path, found: unknown, allowed: string): Mistake => locate(path, found, allowed, sources, origins);
  const first = siteSchema.safeParse(merged, { reportInput: true });
  const meant = first.success ? undefined : asMeant(merged, siteJsonSchema());
  const place = (path: Path, found: unknown, allowed: string): Mistake => placed(meant?.written(path) ?? path, found, allowed);
  for (const { path, key, keys } of meant?.slips ?? [])
    mistakes.push(placed([...path, key], new Unquoted(`the unknown key "${key}"`), allowedNames(key, keys)));
  const parsed = meant && meant.slips.length > 0 ? siteSchema.safeParse(meant.value, { reportInput: true }) : first;
  const read = meant?.value ?? merged;
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      if (!incomplete || issue.path.length > 1) mistakes.push(...issueMistakes(issue, read, place));
    }
  }
  const rest = parsed.success ? undefined : healed(read);
  if (!parsed.success && !rest) throw siteFault(mistakes);
  const config = parsed.success ? parsed.data : (rest as NonNullable<typeof rest>).config;
  const inRest = (path: Path, found: unknown, allowed: string) =>
    rest ? place(rest.original(path), found, withoutStandIns(allowed)) : place(path, found, allowed);
  const isConsequence = (mistake: Mistake) => rest?.isConsequence(mistake) ?? false;
  const references = incomplete ? [] : referenceMistakes(config).map(({ path, found, allowed }) => inRest(path, found, allowed));
  mistakes.push(...references.filter((one) => !isConsequence(one)));
  // What was healed is only looked at, never started.
  if (mistakes.length > 0 || rest)
    throw siteFault(mistakes, { config, file: main, folder: dirname(main), mistake: inRest, isConsequence, incomplete });
  return { config, file: main, folder: dirname(main), mistake: place };
}

/** What of a site with mistakes can still be looked at, for the checks that come after. */
export interface PartialSite extends LoadedSite {
  /** Is this found only because of another mistake? */
  isConsequence(mistake: Mistake): boolean;
  /** A file that it includes cannot be read: what it names may be there. */
  incomplete: boolean;
}

export function siteFault(mistakes: readonly Mistake[], partial?: PartialSite): Fault {
  const sorted = [...mistakes].sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line || a.column - b.column);
  const count = sorted.length === 1 ? '1 mistake' : `${sorted.length} mistakes`;
  return new Fault('site/invalid', `${count} in the site file; nothing was started\n${sorted.map(formatMistake).join('\n')}`, {
    detail: { mistakes: sorted, ...(partial ? { partial } : {}) },
  });
}

/** The JSON Schema of the site file, for completion in editors. */
export function siteJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(siteSchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}

function readAll(main: string, mistakes: Mistake[]): Source[] {
  const sources: Source[] = [];
  const seen = new Set<string>();
  const read = (file: string, from?: { source: Source; index: number }) => {
    const at = (found: string, allowed: string) => {
      const position = from ? positionOf(from.source, ['include', from.index]) : { line: 0, column: 0 };
      mistakes.push({ file: from?.source.file ?? file, ...position, path: from ? `include[${from.index}]` : '', found, allowed });
      if (from) from.source.incomplete = true;
    };
    if (seen.has(file)) return at(`"${relative(dirname(main), file)}" a second time`, 'each file once');
    seen.add(file);
    if (sources.length >= mostFiles) return at(`more than ${mostFiles} files`, `at most ${mostFiles} files`);
    let text: string;
    try {
      if (!existsSync(file)) throw new Error('no such file');
      text = readFileSync(file, 'utf8');
    } catch (error) {
      if (!from) throw new Fault('site/unreadable', `${file}: ${reasonOf(error)}`);
      return at(`"${file}" (${reasonOf(error)})`, 'a file that can be read, relative to this one');
    }
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const source: Source = { file, document, lines };
    const torn = document.errors.find(({ code }) => code !== 'DUPLICATE_KEY');
    const twice = document.errors.filter(({ code }) => code === 'DUPLICATE_KEY');
    // After the first place that is no YAML the rest is read wrongly.
    for (const error of torn ? [torn] : [...twice, ...document.warnings]) {
      const { line, col } = lines.linePos(error.pos[0]);
      mistakes.push({ file, line, column: col, path: '', found: error.message, allowed: 'valid YAML 1.2' });
    }
    // A key that stands twice makes no other one unreadable.
    if (torn) {
      if (from) from.source.incomplete = true;
      return;
    }
    if (!isMap(document.contents)) {
      if (from) from.source.incomplete = true;
      mistakes.push({ file, line: 1, column: 1, path: '', found: 'no mapping', allowed: 'a mapping with sections such as site, gateways' });
      return;
    }
    sources.push(source);
    const includes: unknown = document.toJS().include;
    if (Array.isArray(includes)) {
      includes.forEach((name, index) => {
        if (typeof name === 'string') read(resolve(dirname(file), name), { source, index });
      });
    }
  };
  read(main);
  return sources;
}

interface Origin {
  source: Source;
  /** For list sections: where each merged item came from. */
  items?: { source: Source; index: number }[];
}

function merge(sources: readonly Source[], mistakes: Mistake[]) {
  const merged: Record<string, unknown> = {};
  const origins = new Map<string, Origin>();
  for (const source of sources) {
    const content = source.document.toJS() as Record<string, unknown>;
    for (const [section, value] of Object.entries(content)) {
      const isList = (listSections as readonly string[]).includes(section);
      const known = origins.get(section);
      if (!known) {
        origins.set(section, {
          source,
          ...(isList && Array.isArray(value) ? { items: value.map((_, index) => ({ source, index })) } : {}),
        });
        merged[section] = isList && Array.isArray(value) ? [...value] : value;
      } else if (isList && Array.isArray(value) && Array.isArray(merged[section])) {
        (merged[section] as unknown[]).push(...value);
        known.items?.push(...value.map((_, index) => ({ source, index })));
      } else if (section === 'include' && Array.isArray(merged.include) && Array.isArray(value)) {
        merged.include.push(...value);
      } else if ((singleSections as readonly string[]).includes(section)) {
        const position = positionOf(source, [section]);
        mistakes.push({
          file: source.file,
          ...position,
          path: section,
          found: 'a second time',
          allowed: `once; it is also in ${known.source.file}`,
        });
      }
    }
  }
  return { merged, origins };
}

function locate(path: Path, found: unknown, allowed: string, sources: readonly Source[], origins: ReadonlyMap<string, Origin>): Mistake {
  const [section, index, ...rest] = path;
  const origin = origins.get(String(section));
  const item = typeof index === 'number' ? origin?.items?.[index] : undefined;
  const source = item?.source ?? origin?.source ?? (sources[0] as Source);
  const local: Path = item ? [section as string, item.index, ...rest] : path;
  return {
    file: source.file,
    ...positionOf(source, local),
    path: formatPath(path),
    found: isSecret(path) ? '<secret>' : show(found),
    allowed,
  };
}

/** Position of the deepest part of the path that is in the file; of the key when there is one. */
function positionOf(source: Source, path: Path): { line: number; column: number } {
  let node: unknown = source.document.contents;
  let offset = 0;
  const note = (value: unknown) => {
    if (isNode(value) && value.range) offset = value.range[0];
  };
  note(node);
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) break;
      note(pair.key);
      node = pair.value;
    } else if (isSeq(node) && typeof step === 'number') {
      const item: unknown = node.items[step];
      if (item === undefined) break;
      note(item);
      node = item;
    } else break;
  }
  const { line, col } = source.lines.linePos(offset);
  return { line, column: col };
}

/** A password that somebody wrote into the file by mistake is not to be repeated in logs. */
const isSecret = (path: Path): boolean => path.some((step) => /password|token|secret|key$/i.test(String(step)));

function show(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (found instanceof Unquoted) return found.text;
  const text = JSON.stringify(found) ?? String(found);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function valueAt(root: unknown, path: Path): unknown {
  let value: unknown = root;
  for (const step of path) value = (value as Record<string | number, unknown> | undefined)?.[step];
  return value;
}

type Place = (path: Path, found: unknown, allowed: string) => Mistake;

/** One zod issue to one or more mistakes with the allowed values named. */
function issueMistakes(issue: z.core.$ZodIssue, root: unknown, place: Place): Mistake[] {
  const path = issue.path as Path;
  const found = valueAt(root, path);
  const schema = siteJsonSchema();
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const { keys } = allowedAt(schema, path, root);
        return place([...path, key], new Unquoted(`the unknown key "${key}"`), allowedNames(key, keys));
      });
    case 'invalid_value': {
      const values = issue.values.map(String);
      return [place(path, found, allowedNames(String(found), values))];
    }
    case 'invalid_union': {
      const { values } = allowedAt(schema, path, root);
      if (issue.errors.length === 0) return [place(path, found, allowedNames(String(found), values))];
      return [place(path, found, issue.errors.flatMap((alternative) => alternative.map((one) => one.message)).join(' or '))];
    }
    case 'invalid_type':
      return [
        place(path, found, `${issue.expected}${allowedAt(schema, path, root).description}${found === undefined ? '; it is required' : ''}`),
      ];
    case 'invalid_key':
      return [place(path, found, issue.issues.map((one) => one.message).join('; '))];
    default:
      return [place(path, found, issue.message)];
  }
}
