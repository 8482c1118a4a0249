/** Reads device profiles from folders: all files, all mistakes at once, each with file and line. Nothing opens before all are valid. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { filesOf } from '../shared/catalog.ts';
import { Fault } from '../shared/errors.ts';
import { allowedNames } from '../shared/guess.ts';
import { formatMistake, formatPath, type Mistake, type Path } from '../shared/mistake.ts';
import type { QuantityId } from '../shared/quantity.ts';
import { allowedAt } from '../shared/schema-walk.ts';
import type { ModbusDevice, SiteConfig } from '../shared/site.ts';
import { cellsOf, type Wiring, wirePoints } from './decode.ts';
import { type Point, type Profile, profileSchema } from './device.ts';
import { sampleCheck } from './sample.ts';
import { isBitTable, wordCount } from './words.ts';

/** The folder of the built-in profiles. */
export const builtInProfiles = join(import.meta.dirname, 'devices');

/** What `profile/invalid` tells besides its words: the mistakes, the profiles without any, and the ids of those that have some. */
export interface ProfileTrouble {
  mistakes: readonly Mistake[];
  sound: ReadonlyMap<string, Profile>;
  broken: ReadonlySet<string>;
}

/**
 * Profiles of all folders by id. Throws `profile/invalid` with every mistake in `detail.mistakes`. A later folder may not take an id
 * that an earlier one has: two maps under one name are a trap.
 */
export function loadProfiles(folders: string[]): Map<string, Profile> {
  const found = new Map<string, Profile>();
  const homes = new Map<string, string>();
  const broken = new Set<string>();
  const mistakes: Mistake[] = [];
  for (const folder of folders) {
    for (const name of profileFiles(folder, mistakes)) {
      const file = join(folder, name);
      const profile = readProfile(file, mistakes);
      if (!profile) {
        broken.add(basename(name, '.yaml'));
        continue;
      }
      const taken = homes.get(profile.id);
      if (taken) mistakes.push({ file, line: 1, column: 1, path: 'id', found: profile.id, allowed: `an id that ${taken} does not have` });
      else homes.set(profile.id, file);
      found.set(profile.id, profile);
    }
  }
  if (mistakes.length > 0) {
    throw new Fault('profile/invalid', mistakes.map(formatMistake).join('\n'), {
      detail: { mistakes, sound: found, broken } satisfies ProfileTrouble,
    });
  }
  return found;
}

function profileFiles(folder: string, mistakes: Mistake[]): string[] {
  try {
    return filesOf(folder, '.yaml');
  } catch {
    mistakes.push({ file: folder, line: 0, column: 0, path: '', found: 'no readable folder', allowed: 'a folder with profiles (*.yaml)' });
    return [];
  }
}

/** One file; undefined when it has mistakes, which are added to the list. */
export function readProfile(file: string, mistakes: Mistake[]): Profile | undefined {
  const before = mistakes.length;
  const lines = new LineCounter();
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    mistakes.push({ file, line: 0, column: 0, path: '', found: 'an unreadable file', allowed: 'a readable YAML file' });
    return undefined;
  }
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const position = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  for (const error of document.errors)
    mistakes.push({ file, ...position(error.pos[0]), path: '', found: error.message, allowed: 'valid YAML 1.2' });
  if (mistakes.length > before) return undefined;
  const offsetOf = (path: Path): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const content: unknown = document.toJS();
  const mistake = (path: Path, what: unknown, allowed: string) =>
    mistakes.push({ file, ...position(offsetOf(path)), path: formatPath(path), found: shown(what), allowed });
  const parsed = profileSchema.safeParse(content);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.path as Path;
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined];
      for (const key of keys) {
        const full = key === undefined ? path : [...path, key];
        mistake(full, key ?? at(content, path), allowedBy(issue, path, content, key));
      }
    }
    return undefined;
  }
  const profile = parsed.data;
  const id = basename(file, '.yaml');
  if (profile.id !== id) mistake(['id'], profile.id, `the file name "${id}"`);
  checkPoints(profile, mistake);
  if (mistakes.length > before) return undefined;
  for (const wrong of sampleCheck(profile)) {
    mistake(['samples', wrong.sample, 'values', wrong.name], wrong.wanted, `what the points make of its words: ${wrong.found}`);
  }
  return mistakes.length > before ? undefined : profile;
}

const shown = (what: unknown): string => (what === undefined ? 'nothing' : (JSON.stringify(what) ?? String(what)).slice(0, 80));

function at(content: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, step) => (inner as Record<string | number, unknown> | undefined | null)?.[step], content);
}

function allowedBy(issue: z.core.$ZodIssue, path: Path, content: unknown, key: string | undefined): string {
  const { keys, values } = allowedAt(profileJsonSchema(), path, content);
  if (key !== undefined) return allowedNames(key, keys);
  if (issue.code !== 'invalid_value') return issue.message;
  const all = values.length > 0 ? values : issue.values.map(String);
  return allowedNames(String(at(content, path)), all);
}

/** The JSON Schema of a profile file, for completion in editors and for the docs. */
export function profileJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(profileSchema, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>;
}

/** What the schema cannot say: types fit their tables, values fit into one read, no name twice. */
function checkPoints(profile: Profile, mistake: (path: Path, what: unknown, allowed: string) => void): void {
  const names = new Set<string>();
  for (const [index, point] of profile.points.entries()) {
    const path = ['points', index] as const;
    const name = point.quantity ?? point.input ?? point.text ?? '';
    if (names.has(name)) mistake(path, name, 'a quantity, input or text that no other point of this profile has');
    names.add(name);
    for (const [field, what, allowed] of pointMistakes(point)) mistake([...path, field], what, allowed);
    for (const cell of cellsOf(profile, point)) {
      const last = cell.address + cell.count - 1;
      if (cell.address < 0) mistake([...path, 'address'], point.address, `at least ${profile.base}, since base is ${profile.base}`);
      else if (last > 65535) mistake([...path, 'address'], point.address, 'registers up to wire address 65535');
      if (!isBitTable(cell.table) && cell.count > profile.max_registers) {
        mistake([...path, 'type'], `${cell.count} registers`, `at most max_registers (${profile.max_registers})`);
      }
      for (const hole of profile.holes) {
        if (hole.table === cell.table && cell.address <= hole.to - profile.base && last >= hole.from - profile.base) {
          mistake([...path, 'address'], point.address, `an address outside the hole ${hole.from} to ${hole.to}`);
        }
      }
    }
  }
}

function pointMistakes(point: Point): [field: keyof Point, what: unknown, allowed: string][] {
  const found: [keyof Point, unknown, string][] = [];
  const bits = isBitTable(point.table);
  if (bits && point.type !== 'bit') found.push(['type', point.type, 'bit, since coils and discrete inputs are single bits']);
  if (!bits && point.type === 'bit' && point.bit === undefined) found.push(['bit', undefined, 'which bit of the register, 0 to 15']);
  if (point.type === 'bits' && point.mask === undefined) found.push(['mask', undefined, 'the mask of the bits']);
  if (point.type === 'string' && point.text === undefined) found.push(['type', 'string', 'a number type, or a `text` point']);
  if (point.type === 'string' && point.length === undefined) found.push(['length', undefined, 'the number of registers']);
  if (point.high_byte !== undefined && !point.type.endsWith('int8')) found.push(['high_byte', point.high_byte, 'only for int8 and uint8']);
  const power = point.scale_register;
  if (power?.high_byte !== undefined && !power.type.endsWith('int8')) {
    found.push(['scale_register', power, 'high_byte only with type int8 or uint8']);
  }
  if (bits && (point.add || point.scale_register || point.unit_register)) found.push(['table', point.table, 'a register table']);
  if (point.order?.startsWith('half') && wordCount(point.type, 1) === 3) found.push(['order', point.order, 'an order for 48 bits']);
  return found;
}

/** The quantities that this installed device gives, in the order of the profile. */
export function profileQuantities(profile: Profile, device: Wiring): QuantityId[] {
  const all = wirePoints(profile, device).flatMap(({ quantity: id, point }) => (id === undefined || point.text !== undefined ? [] : [id]));
  return [...new Set(all)];
}

export interface DeviceMistake {
  /** Path in the site file. */
  path: (string | number)[];
  found: unknown;
  allowed: string;
}

/** What only the profiles can tell about the devices of a site file: unknown profiles, inputs and quantities. */
export function deviceMistakes(site: SiteConfig, profiles: ReadonlyMap<string, Profile>): DeviceMistake[] {
  const mistakes: DeviceMistake[] = [];
  for (const [g, gateway] of site.gateways.entries()) {
    for (const [b, bus] of gateway.buses.entries()) {
      if (bus.type === 'mqtt') continue;
      for (const [d, device] of bus.devices.entries()) {
        const path = ['gateways', g, 'buses', b, 'devices', d];
        // Modbus over Serial Line V1.02, 2.2: 0 is broadcast, which nobody answers; 248 to 255 are reserved.
        if (bus.type !== 'modbus-tcp' && (device.unit < 1 || device.unit > 247)) {
          mistakes.push({ path: [...path, 'unit'], found: device.unit, allowed: '1 to 247 on a serial line' });
        }
        const profile = profiles.get(device.profile);
        if (profile) mistakes.push(...wiringMistakes(profile, device).map((wrong) => ({ ...wrong, path: [...path, ...wrong.path] })));
        else
          mistakes.push({
            path: [...path, 'profile'],
            found: device.profile,
            allowed: allowedNames(device.profile, [...profiles.keys()].sort()),
          });
      }
    }
  }
  return mistakes;
}

function wiringMistakes(profile: Profile, device: ModbusDevice): DeviceMistake[] {
  const mistakes: DeviceMistake[] = [];
  const inputs = new Map(profile.points.flatMap((point) => (point.input === undefined ? [] : [[point.input, point] as const])));
  const own = new Set<string>(profile.points.flatMap((point) => point.quantity ?? []));
  for (const [name, input] of Object.entries(device.inputs ?? {})) {
    const point = inputs.get(name);
    if (!point)
      mistakes.push({
        path: ['inputs', name],
        found: name,
        allowed: inputs.size ? `one of ${[...inputs.keys()].join(', ')}` : 'no inputs',
      });
    if ((input.low === undefined) !== (input.high === undefined))
      mistakes.push({ path: ['inputs', name], found: input, allowed: 'both low and high, or none' });
    if (point && point.signal === undefined && input.low !== undefined) {
      mistakes.push({ path: ['inputs', name, 'low'], found: input.low, allowed: 'no low and high: this input is not a 4-20 mA loop' });
    }
    if (point?.signal !== undefined && input.low === undefined && input.high === undefined && input.quantity !== 'loop_current_ma') {
      mistakes.push({
        path: ['inputs', name],
        found: input,
        allowed: 'low and high, the values at 4 and 20 mA; without them mA would pass as the quantity',
      });
    }
    if (own.has(input.quantity))
      mistakes.push({ path: ['inputs', name, 'quantity'], found: input.quantity, allowed: 'a quantity that the device does not have yet' });
    own.add(input.quantity);
  }
  for (const [index, id] of (device.only ?? []).entries()) {
    if (!own.has(id)) mistakes.push({ path: ['only', index], found: id, allowed: `one of ${[...own].join(', ')}` });
  }
  if (profileQuantities(profile, device).length === 0) {
    mistakes.push({ path: inputs.size ? ['inputs'] : ['profile'], found: 'nothing to read', allowed: 'at least one quantity' });
  }
  return mistakes;
}
