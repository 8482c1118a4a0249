/** Rules of packs and site, with the site's overrides, at their places: what the engine runs and what the console shows. */
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import type { AlarmDefinition, RuleInForce } from '../desk/index.ts';
import { filesOf } from '../shared/catalog.ts';
import { Fault } from '../shared/errors.ts';
import { type QuantityId, quantity as quantityOf } from '../shared/quantity.ts';
import { type Pack, packSchema, type Rule, type RuleOverride } from '../shared/rule.ts';
import type { SiteConfig } from '../shared/site.ts';
import type { System } from '../shared/system.ts';
import type { Text } from '../shared/text.ts';
import { spanText } from '../shared/wording.ts';
import type { Input, Judge, RuleKind } from './kind.ts';
import { kinds } from './kinds.ts';
import { type Place, type Plant, plantOf, select } from './plant.ts';
import { parametersOf } from './rule-parameters.ts';

/** A rule at a place. */
export interface Instance {
  /** The alarm's id: `<rule>.<device>` in lower case. */
  id: string;
  rule: Rule;
  /** `site` for own rules. */
  pack: string;
  kind: RuleKind;
  place: Place;
  params: unknown;
  inputs: Input[];
  onDelayMs: number;
  offDelayMs: number;
  /** All of the alarm that is fixed, but its message. */
  definition: Omit<AlarmDefinition, 'message'>;
  /** Rules that hide this one. */
  suppressedBy: readonly string[];
  /** Why it can judge nothing here, though it is in force. */
  cannot: Text | undefined;
  /** Departments and tenants that have no power while its condition is there. */
  dark: readonly Text[];
  open(): Judge;
}

export interface RuleBook {
  plant: Plant;
  instances: Instance[];
  inForce: RuleInForce[];
}

export const packsFolder = join(import.meta.dirname, 'packs');

/** The packs that come with the program. @throws Fault rule/invalid */
export function loadPacks(folder = packsFolder): Pack[] {
  return filesOf(folder, '.yaml').map((file) => {
    const parsed = packSchema.safeParse(parse(readFileSync(join(folder, file), 'utf8')));
    if (!parsed.success) {
      const first = parsed.error.issues[0];
      throw new Fault('rule/invalid', `${file}: ${first?.path.join('.')}: ${first?.message}`);
    }
    if (parsed.data.id !== basename(file, '.yaml')) throw new Fault('rule/invalid', `${file}: its id must be the file name`);
    return parsed.data;
  });
}

export interface PackedRule {
  pack: string;
  rule: Rule;
}

/** Rules that a site uses: of the packs it wants, then its own. */
export function rulesOf(site: SiteConfig, packs: readonly Pack[] = loadPacks()): PackedRule[] {
  const wanted = site.rules.packs;
  const packed = packs
    .filter((pack) => wanted === undefined || wanted.includes(pack.id))
    .flatMap((pack) => pack.rules.map((rule) => ({ pack: pack.id, rule })));
  return [...packed, ...site.rules.own.map((rule) => ({ pack: 'site', rule }))];
}

/** A rule as an override leaves it: what it does not name stays. */
export function withOverride(rule: Rule, override: RuleOverride): Rule {
  return {
    ...rule,
    ...(override.params ? { params: { ...rule.params, ...override.params } } : {}),
    ...(override.on_delay === undefined ? {} : { on_delay: override.on_delay }),
    ...(override.off_delay === undefined ? {} : { off_delay: override.off_delay }),
    // A priority that the site chose stands, whatever hangs on the device.
    ...(override.priority === undefined ? {} : { priority: override.priority, cuts_power: false }),
  };
}

/** @throws Fault rule/invalid; a checked site file has none */
export function openRuleBook(site: SiteConfig, packs?: readonly Pack[], speed = 1): RuleBook {
  const plant = plantOf(site, speed);
  const instances: Instance[] = [];
  const inForce: RuleInForce[] = [];
  for (const { pack, rule } of rulesOf(site, packs)) {
    const overrides = site.rules.overrides.filter((override) => override.rule === rule.id);
    const everywhere = overrides.filter((override) => override.devices === undefined);
    const whole = everywhere.reduce(withOverride, rule);
    const enabled = everywhere.every((override) => override.enabled);
    const kind = kinds.get(rule.kind);
    const entry: RuleInForce = {
      rule: whole,
      pack,
      enabled,
      overrides,
      parameters: kind ? parametersOf(kind, whole.params) : [],
      drawn: [...(kind?.drawn ?? [])],
      places: [],
    };
    inForce.push(entry);
    for (const device of select(plant, rule.select, rule.quantity)) {
      const own = overrides.filter((override) => override.devices?.includes(device.id));
      if (!(own.at(-1)?.enabled ?? enabled)) continue;
      const instance = openInstance(own.reduce(withOverride, whole), { device, quantity: rule.quantity ?? null, plant }, pack);
      if (!instance) continue;
      instances.push(instance);
      const { limit } = instance.open();
      const params: Record<string, unknown> = Object.assign({}, ...own.map((override) => override.params));
      entry.places.push({
        device: device.id,
        limit: Number.isFinite(limit) ? limit : null,
        unit: instance.definition.unit,
        watches: instance.inputs.filter((input) => 'quantity' in input),
        ...(instance.cannot ? { cannot: instance.cannot } : {}),
        ...(Object.keys(params).length > 0 ? { params } : {}),
        ...(own.some((override) => override.on_delay !== undefined || override.off_delay !== undefined)
          ? { delays: { on_delay: instance.onDelayMs, off_delay: instance.offDelayMs } }
          : {}),
      });
    }
  }
  return { plant, instances, inForce };
}

/** A kind that needs readings more often than the device is read would be mute without a word. */
function cannotJudge(needsEveryMs: number, pollMs: number): Text | undefined {
  if (pollMs <= needsEveryMs) return undefined;
  const [needed, read] = [spanText(needsEveryMs), spanText(pollMs)];
  return {
    zh: `无法判断：至少每 ${needed.zh}需要一次读数，该设备每 ${read.zh}才读一次`,
    en: `cannot judge, because it needs a reading at least every ${needed.en} and this device is read every ${read.en}`,
  };
}

const systemOfRule: Record<string, System> = {
  O2: 'oxygen', EL: 'electricity', HT: 'heating', BL: 'boiler', DHW: 'hotwater', WT: 'water', DR: 'drain', WW: 'wastewater', GS: 'generator',
  EN: 'environment', CL: 'cooling', LF: 'lift', FR: 'fire',
}; // biome-ignore format: a table

/** Undefined when the device lacks an attribute that a limit needs. @throws Fault rule/invalid */
export function openInstance(rule: Rule, place: Place, pack = 'site'): Instance | undefined {
  const kind = kinds.get(rule.kind);
  if (!kind) throw new Fault('rule/invalid', `${rule.id}: unknown kind "${rule.kind}"`);
  const parsed = kind.params.safeParse(rule.params);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    throw new Fault('rule/invalid', `${rule.id}: params.${first?.path.join('.')}: ${first?.message}`);
  }
  const params = parsed.data;
  const { device } = place;
  const dark = rule.cuts_power ? place.plant.usersBehind(device.id) : [];
  const priority = dark.length > 0 ? 'critical' : rule.priority;
  if (!kind.open(params, place)) return undefined;
  const inputs = kind.inputs(params, place);
  const shown = kind.showsValue && inputs[0] && 'quantity' in inputs[0] ? inputs[0].quantity : null;
  const quantity: QuantityId | null = place.quantity ?? shown;
  return {
    id: `${rule.id.toLowerCase()}.${device.id}`,
    rule,
    pack,
    kind,
    place,
    params,
    inputs,
    onDelayMs: rule.on_delay,
    offDelayMs: rule.off_delay,
    suppressedBy: rule.suppressed_by,
    dark,
    cannot: cannotJudge(kind.needsEveryMs(params), device.pollMs),
    open: () => kind.open(params, place) as Judge,
    definition: {
      id: `${rule.id.toLowerCase()}.${device.id}`,
      rule: rule.id,
      device: device.id,
      quantity,
      system: device.system ?? rule.select.system ?? systemOfRule[rule.id.split('-')[0] as string] ?? 'environment',
      priority,
      trade: device.trade ?? rule.trade,
      lifeSafety: rule.life_safety,
      latching: rule.latching,
      unit: kind.unit(params) ?? (quantity === null ? '' : quantityOf(quantity).unit),
      title: rule.title,
      check: rule.check,
      location: device.location,
      building: device.building ?? null,
      department: device.department ?? null,
      source: rule.source,
      ticket: rule.ticket ?? priority !== 'low',
      causeKey: `${rule.cause ?? rule.id}.${device.id}`,
    },
  };
}
