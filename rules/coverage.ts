/** How well each device of a site is watched: which rules, and why others that are meant for its kind of device are not among them. Pure. */
import { nearestName } from '../shared/guess.ts';
import type { SiteConfig } from '../shared/site.ts';
import { openRuleBook, rulesOf } from './pack.ts';
import { gatewayRole, type PlantDevice } from './plant.ts';

export interface Coverage {
  device: string;
  role: string | undefined;
  rules: string[];
  /** In words: what stands in the way of more. */
  why: string[];
}

/** @param measured what a device is known to measure, where its profile says so */
export function coverageOf(site: SiteConfig, measured: (device: string) => ReadonlySet<string> | undefined = () => undefined): Coverage[] {
  const { plant, instances } = openRuleBook(site);
  const rules = rulesOf(site).map(({ rule }) => rule);
  const rolesNamed = [
    ...new Set(rules.flatMap(({ select }) => [...(select.roles ?? []), ...(select.role === undefined ? [] : [select.role])])),
  ];
  const at = Map.groupBy(instances, ({ place }) => place.device.id);
  const measures = (device: PlantDevice, quantity: string) =>
    device.quantities?.has(quantity as never) ?? measured(device.id)?.has(quantity) ?? true;

  return [...plant.devices.values()]
    .filter(({ role }) => role !== gatewayRole)
    .map((device): Coverage => {
      const { role } = device;
      const here = at.get(device.id) ?? [];
      // A rule whose every quantity the profile lacks is in force, but never sees a value.
      const sees = here.filter(({ inputs }) =>
        inputs.some((input) => !('quantity' in input) || input.device !== device.id || measures(device, input.quantity)),
      );
      const seeing = new Set(sees.map(({ rule }) => rule.id));
      const watching = new Set(sees.flatMap(({ rule, cannot }) => (cannot ? [] : rule.id)));
      const reasons = new Map<string, string[]>();
      const say = (reason: string, rule: string) => void reasons.set(reason, [...(reasons.get(reason) ?? []), rule]);
      for (const { rule, cannot } of sees) if (cannot) say(cannot.en, rule.id);
      for (const { id, select, quantity } of rules) {
        const meant = role !== undefined && (select.role === role || select.roles?.includes(role) === true);
        if (!meant || seeing.has(id)) continue;
        const lacking = (select.has ?? []).filter((name) => device.attributes[name as keyof typeof device.attributes] === undefined);
        if (lacking.length > 0) say(`no attribute ${lacking.join(', ')}`, id);
        else if (quantity !== undefined && !measures(device, quantity)) say(`does not measure ${quantity}`, id);
        else if (site.rules.overrides.some((one) => one.rule === id && !one.enabled && (one.devices?.includes(device.id) ?? true)))
          say('switched off by the site', id);
        else if (here.some(({ rule }) => rule.id === id)) say('measures none of its quantities', id);
        else say('another system, place or attribute than the rule asks for', id);
      }
      const why = [...reasons].map(([reason, ids]) => `${ids.join(', ')}: ${reason}`);
      if (role === undefined) why.unshift(`it has no role, and rules choose by role: ${rolesNamed.join(', ')}`);
      else if (!rolesNamed.includes(role)) {
        const guess = nearestName(role, rolesNamed);
        why.unshift(`no rule names the role ${role}${guess === undefined ? '' : `; did you mean ${guess}`}`);
      }
      return { device: device.id, role, rules: [...watching], why };
    });
}

/** One line for a device; the long list of roles only where it is the point. */
export function coverageLine({ device, role, rules, why }: Coverage): string {
  const count = `${rules.length} ${rules.length === 1 ? 'rule' : 'rules'}`;
  const list = rules.length <= 3 && rules.length > 0 ? ` (${rules.join(', ')})` : '';
  const not = why.length === 0 ? '' : `; not more: ${why.join('; ')}`;
  return `  ${device}${role === undefined ? '' : ` (${role})`}: ${count}${list}${not}`;
}
