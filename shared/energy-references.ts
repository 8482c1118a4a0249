/** Mistakes in what the site file says of energy and money that a schema cannot see. */
import { allowedNames } from './guess.ts';
import { type Path, Unquoted } from './mistake.ts';
import type { SiteConfig } from './site.ts';

type Say = (path: Path, found: unknown, allowed: string) => void;
type Refers = (id: string | undefined, known: string[], path: Path, section: string) => void;

export function energyMistakes(site: SiteConfig, devices: string[], say: Say, refers: Refers): void {
  const virtual = site.tree.filter(({ plus, minus }) => plus || minus).map(({ id }) => id);
  const meters = [...devices, ...virtual];
  const departments = site.departments.map(({ id }) => id);
  const tenants = site.tenants.map(({ id }) => id);
  const payers = [...departments, ...tenants];

  site.tariffs.forEach((tariff, index) => {
    const path = ['tariffs', index];
    for (const [m, id] of (tariff.meters ?? []).entries()) refers(id, meters, [...path, 'meters', m], 'devices');
    for (const [t, id] of (tariff.tenants ?? []).entries()) refers(id, tenants, [...path, 'tenants', t], 'tenants');
    if (tariff.meters && tariff.tenants) say([...path, 'tenants'], tariff.tenants, 'meters or tenants, not both');
    const prices = [tariff.price_per_kwh, tariff.price_per_m3, tariff.price_per_gj].filter((one) => one !== undefined).length;
    if (prices === 0 && tariff.file === undefined)
      say(path, new Unquoted('no price'), 'a file, or one of price_per_kwh, price_per_m3, price_per_gj');
    if (prices > 0 && tariff.file !== undefined) say([...path, 'file'], tariff.file, 'a file or a price, not both');
    if (tariff.valid_from !== undefined && tariff.valid_to !== undefined && tariff.valid_to < tariff.valid_from)
      say([...path, 'valid_to'], tariff.valid_to, `not before valid_from (${tariff.valid_from})`);
  });

  const channels = site.channels.map(({ id }) => id);
  const people = site.people.map(({ id }) => id);
  site.reports.schedule.forEach((one, index) => {
    const path = ['reports', 'schedule', index];
    const first = site.reports.schedule.findIndex(({ id }) => id === one.id);
    if (first < index) say([...path, 'id'], one.id, `an id that no other schedule has; reports.schedule.${first} has it already`);
    for (const [c, id] of one.channels.entries()) refers(id, channels, [...path, 'channels', c], 'channels');
    for (const [p, id] of one.to.entries()) refers(id, people, [...path, 'to', p], 'people');
  });
  for (const [c, id] of (site.reports.reminders?.channels ?? []).entries())
    refers(id, channels, ['reports', 'reminders', 'channels', c], 'channels');

  site.tree.forEach((node, index) => {
    const path = ['tree', index];
    const isVirtual = virtual.includes(node.id);
    if (isVirtual) {
      if (devices.includes(node.id)) say([...path, 'id'], node.id, 'an id that no device has: this one is a virtual meter');
      if (!node.name) say([...path, 'name'], undefined, 'a name; a virtual meter has no device that gives it one');
      refers(node.fed_by, meters, [...path, 'fed_by'], 'devices');
      for (const side of ['plus', 'minus'] as const)
        for (const [t, term] of (node[side] ?? []).entries()) {
          const id = typeof term === 'string' ? term : term.meter;
          refers(id, meters, typeof term === 'string' ? [...path, side, t] : [...path, side, t, 'meter'], 'devices');
        }
    } else {
      if (!devices.includes(node.id))
        say([...path, 'id'], node.id, `${allowedNames(node.id, devices)}; a virtual meter needs plus or minus`);
      if (node.fed_by !== undefined) say([...path, 'fed_by'], node.fed_by, 'nothing here: a device says it itself');
    }
    const rules = [node.to, node.by, node.shares].filter((one) => one !== undefined).length;
    if (rules > 1) say(path, new Unquoted('several of to, by and shares'), 'one of them');
    if (node.among && node.by === undefined) say([...path, 'among'], node.among, 'together with by');
    refers(node.to, payers, [...path, 'to'], 'departments or tenants');
    for (const [a, id] of (node.among ?? []).entries()) refers(id, payers, [...path, 'among', a], 'departments or tenants');
    for (const id of Object.keys(node.shares ?? {})) refers(id, payers, [...path, 'shares', id], 'departments or tenants');
    const sum = Object.values(node.shares ?? {}).reduce((all, one) => all + one, 0);
    if (sum > 1 + 1e-9) say([...path, 'shares'], new Unquoted(`shares of ${sum.toFixed(3)} together`), 'at most 1 together');
  });
  const known = new Map(site.tree.map((node) => [node.id, [...(node.plus ?? []), ...(node.minus ?? [])]]));
  for (const [index, node] of site.tree.entries()) {
    const open = [node.id];
    const seen = new Set<string>();
    for (let one = open.pop(); one !== undefined; one = open.pop())
      for (const term of known.get(one) ?? []) {
        const id = typeof term === 'string' ? term : term.meter;
        if (id === node.id) say(['tree', index, 'id'], node.id, 'a virtual meter that does not add up itself');
        if (!seen.has(id)) open.push(id);
        seen.add(id);
      }
  }

  site.targets.forEach((target, index) => {
    const path = ['targets', index];
    const of = { site: [], building: site.buildings.map(({ id }) => id), department: departments, tenant: tenants }[target.scope];
    if (target.scope === 'site') {
      if (target.of !== undefined) say([...path, 'of'], target.of, 'nothing: the target is of the whole site');
    } else if (target.of === undefined) say([...path, 'of'], undefined, `which ${target.scope}`);
    else refers(target.of, of, [...path, 'of'], `${target.scope}s`);
    if ((target.amount === undefined) === (target.reduce_pct === undefined))
      say(path, new Unquoted('no single aim'), 'one of amount and reduce_pct');
  });

  site.projects.forEach((project, index) => {
    const path = ['projects', index];
    refers(project.department, departments, [...path, 'department'], 'departments');
    refers(project.temperature, devices, [...path, 'temperature'], 'devices');
    for (const [m, id] of project.meters.entries()) refers(id, meters, [...path, 'meters', m], 'devices');
    for (const [m, one] of project.meter_facts.entries()) refers(one.meter, meters, [...path, 'meter_facts', m, 'meter'], 'devices');
    if (project.baseline.to === undefined) say([...path, 'baseline', 'to'], undefined, 'the last day; it is required');
    const moving = [project.baseline, project.reporting, ...project.adjustments].flatMap(({ from, to }) => [from, to ?? '']);
    if (!site.site.simulated && moving.some((one) => one.startsWith('-')))
      say(path, new Unquoted('a day that moves with the calendar'), 'days such as 2026-01-01: only a simulated site has others');
    const { to } = project.baseline;
    if (to !== undefined && !to.startsWith('-') && !project.reporting.from.startsWith('-') && project.reporting.from <= to)
      say([...path, 'reporting', 'from'], project.reporting.from, `a day after the baseline (${to})`);
  });
}
