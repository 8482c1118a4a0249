/** What a schema cannot see of the rules in a site file: unknown kinds, packs, rules, devices; bad parameters; circles. */

import { z } from 'zod';
import { allowedNames } from '../shared/guess.ts';
import type { Mistake, Path } from '../shared/mistake.ts';
import { Unquoted } from '../shared/mistake.ts';
import type { Rule } from '../shared/rule.ts';
import { allowedAt } from '../shared/schema-walk.ts';
import { attributesSchema } from '../shared/site.ts';
import type { LoadedSite } from '../shared/site-file.ts';
import { kinds } from './kinds.ts';
import { loadPacks, type PackedRule, rulesOf, withOverride } from './pack.ts';
import { type Plant, plantOf, select } from './plant.ts';

/** Every mistake that the rules of this site have; none means that the rules role starts. */
export function checkRules(site: LoadedSite): Mistake[] {
  const mistakes: Mistake[] = [];
  const say = (path: Path, found: unknown, allowed: string) => void mistakes.push(site.mistake(path, found, allowed));
  const oneOf = (path: Path, found: string, known: readonly string[]) => {
    if (!known.includes(found)) say(path, found, allowedNames(found, known) || 'nothing: the site has none');
  };
  const { config } = site;
  const packs = loadPacks();
  config.rules.packs?.forEach(
    (pack, index) =>
      void oneOf(
        ['rules', 'packs', index],
        pack,
        packs.map((one) => one.id),
      ),
  );
  const all = rulesOf(config, packs);
  const ids = all.map(({ rule }) => rule.id);
  const plant = plantOf(config);
  const devices = [...plant.devices.keys()];

  config.rules.own.forEach((rule, index) => {
    const path: Path = ['rules', 'own', index];
    const first = all.find((one) => one.rule.id === rule.id && one.rule !== rule);
    if (first)
      say([...path, 'id'], rule.id, first.pack === 'site' ? 'an id that stands once' : `an id that no pack has; ${first.pack} has it`);
    rule.suppressed_by.forEach((parent, at) => void oneOf([...path, 'suppressed_by', at], parent, ids));
    rule.explained_by.forEach((one, at) => {
      if (typeof one === 'string') oneOf([...path, 'explained_by', at], one, ids);
      else oneOf([...path, 'explained_by', at, 'rule'], one.rule, ids);
    });
    if (rule.life_safety && rule.explained_by.length > 0)
      say([...path, 'explained_by'], new Unquoted('another alarm above one of life safety'), 'nothing: life safety stands on its own');
    checkSelector(rule, path, site, plant, say, oneOf);
    checkKind(rule, rule.params, path, say);
    checkInputs(rule, path, plant, say);
  });

  config.rules.overrides.forEach((override, index) => {
    const path: Path = ['rules', 'overrides', index];
    oneOf([...path, 'rule'], override.rule, ids);
    override.devices?.forEach((device, at) => void oneOf([...path, 'devices', at], device, devices));
    const target = all.find(({ rule }) => rule.id === override.rule);
    if (!target) return;
    if (override.params) {
      const changed = withOverride(target.rule, override);
      checkKind(changed, override.params, path, say);
      checkInputs(changed, path, plant, say);
    }
    const watched = new Set(select(plant, target.rule.select, target.rule.quantity).map((device) => device.id));
    override.devices?.forEach((device, at) => {
      if (plant.devices.has(device) && !watched.has(device)) {
        say([...path, 'devices', at], device, `a device that ${override.rule} watches: ${[...watched].join(', ') || 'none at this site'}`);
      }
    });
  });

  for (const circle of circles(all)) {
    const index = config.rules.own.findIndex((rule) => circle.includes(rule.id));
    say(
      index < 0 ? ['rules'] : ['rules', 'own', index, 'suppressed_by'],
      new Unquoted(`a circle: ${[...circle, circle[0]].join(' hidden by ')}`),
      'rules that hide each other in one direction only',
    );
  }
  return mistakes;
}

type Say = (path: Path, found: unknown, allowed: string) => void;
type OneOf = (path: Path, found: string, known: readonly string[]) => void;

function checkSelector(rule: Rule, path: Path, { config }: LoadedSite, plant: Plant, say: Say, oneOf: OneOf): void {
  const at = [...path, 'select'];
  const { select: wanted } = rule;
  wanted.devices?.forEach((device, index) => void oneOf([...at, 'devices', index], device, [...plant.devices.keys()]));
  if (wanted.building !== undefined)
    oneOf(
      [...at, 'building'],
      wanted.building,
      config.buildings.map((one) => one.id),
    );
  if (wanted.department !== undefined)
    oneOf(
      [...at, 'department'],
      wanted.department,
      config.departments.map((one) => one.id),
    );
  const roles = [...new Set([...plant.devices.values()].flatMap((device) => device.role ?? []))];
  if (wanted.role !== undefined) oneOf([...at, 'role'], wanted.role, roles);
  wanted.roles?.forEach((role, index) => void oneOf([...at, 'roles', index], role, roles));
  wanted.has?.forEach((attribute, index) => void oneOf([...at, 'has', index], attribute, Object.keys(attributesSchema.shape)));
  wanted.devices?.forEach((id, index) => {
    const device = plant.devices.get(id);
    if (!device) return;
    if (rule.quantity !== undefined && device.quantities && !device.quantities.has(rule.quantity)) {
      say([...at, 'devices', index], id, `a device that measures ${rule.quantity}; it measures ${[...device.quantities].join(', ')}`);
    }
    const kind = kinds.get(rule.kind);
    const params = kind?.params.safeParse(rule.params);
    if (kind && params?.success && !kind.open(params.data, { device, quantity: rule.quantity ?? null, plant })) {
      say([...at, 'devices', index], id, 'a device with the attributes that the limits name');
    }
  });
}

/** Devices that the parameters name: one that is not there would leave the rule blind without a word. */
function checkInputs(rule: Rule, path: Path, plant: Plant, say: Say): void {
  const kind = kinds.get(rule.kind);
  const params = kind?.params.safeParse(rule.params);
  const [device] = select(plant, rule.select, rule.quantity);
  if (!kind || !params?.success || !device) return;
  const known = [...plant.devices.keys()];
  for (const input of kind.inputs(params.data, { device, quantity: rule.quantity ?? null, plant })) {
    if (!plant.devices.has(input.device)) say([...path, 'params'], input.device, allowedNames(input.device, known));
  }
}

/** `written`: what the site itself wrote; a mistake is placed there and not at what the pack says. */
function checkKind(rule: Rule, written: Record<string, unknown>, path: Path, say: Say): void {
  const kind = kinds.get(rule.kind);
  if (!kind) {
    const known = [...kinds.keys()];
    say([...path, 'kind'], rule.kind, allowedNames(rule.kind, known));
    return;
  }
  if (kind.needsQuantity && rule.quantity === undefined) say([...path, 'quantity'], undefined, `a quantity; the kind ${kind.id} needs one`);
  const parsed = kind.params.safeParse(rule.params, { reportInput: true });
  if (parsed.success) return;
  const schema = z.toJSONSchema(kind.params, { io: 'input', unrepresentable: 'any' }) as object;
  for (const issue of parsed.error.issues) {
    const inside = issue.path as Path;
    const at: Path = [...path, 'params', ...inside];
    const found = inside.reduce<unknown>((value, step) => (value as Record<string | number, unknown> | undefined)?.[step], written);
    if (issue.code === 'unrecognized_keys') {
      const { keys } = allowedAt(schema, inside, rule.params);
      for (const key of issue.keys) say([...at, key], new Unquoted(`the unknown key "${key}"`), allowedNames(key, keys));
    } else if (issue.code === 'invalid_union') {
      say(at, found, [...new Set(issue.errors.flatMap((one) => one.map((part) => part.message)))].join(' or '));
    } else say(at, found, `${issue.message} (rule kind ${kind.id})`);
  }
}

/** Circles among "suppressed by", each once. */
function circles(all: readonly PackedRule[]): string[][] {
  const parents = new Map(all.map(({ rule }) => [rule.id, rule.suppressed_by]));
  const found: string[][] = [];
  const done = new Set<string>();
  const walk = (id: string, way: string[]) => {
    const start = way.indexOf(id);
    if (start >= 0) {
      found.push(way.slice(start));
      return;
    }
    if (done.has(id)) return;
    for (const parent of parents.get(id) ?? []) walk(parent, [...way, id]);
    done.add(id);
  };
  for (const id of parents.keys()) walk(id, []);
  return found;
}
