import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadSite } from '../shared/site-file.ts';
import { checkRules } from './check.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-check-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Mistakes as `line: found; allowed`, for a site with one oxygen zone, one room and these rules. */
function check(rules: string): string[] {
  const file = join(folder, 'site.yaml');
  writeFileSync(
    file,
    `site: { id: s, name: { zh: 试, en: Try } }
gateways:
  - id: g
    name: { zh: 试, en: Try }
    buses:
      - { id: m, type: mqtt, devices: [
          { id: zone, name: { zh: 区, en: Zone }, system: oxygen, role: ward-zone, topic: a, attributes: { nominal_kpa: 400 }, points: [{ quantity: pressure_kpa, path: $.p }, { quantity: oxygen_flow_lmin, path: $.f }] },
          { id: room, name: { zh: 房, en: Room }, system: environment, role: room, topic: b, points: [{ quantity: room_temp_c, path: $.t }] } ] }
rules:
${rules}`,
  );
  return checkRules(loadSite(file)).map(
    (mistake) => `${mistake.line - 9} ${mistake.path.replace('rules.', '')}: ${mistake.found}; ${mistake.allowed.slice(0, 90)}`,
  );
}
const own = (id: string, rest: string) =>
  `    - { id: ${id}, kind: below, title: { zh: 试, en: Try }, select: { role: ward-zone }, quantity: pressure_kpa, params: { limit: 300 }, priority: low, trade: general, check: { zh: 查, en: Look }, source: proposal${rest} }\n`;

test('right rules have no mistakes', () => {
  expect(check(`  own:\n${own('MY-1', '')}${own('MY-2', ', suppressed_by: [MY-1, O2-AREA-LOW]')}`)).toEqual([]);
  expect(
    check(
      '  overrides:\n    - { rule: O2-PRE, devices: [zone], params: { limit: 88 % of nominal_kpa }, on_delay: 5m, reason: measured }\n',
    ),
  ).toEqual([]);
});

test('circular suppression is found where it stands', () => {
  const [circle] = check(
    `  own:\n${own('MY-1', ', suppressed_by: [MY-3]')}${own('MY-2', ', suppressed_by: [MY-1]')}${own('MY-3', ', suppressed_by: [MY-2]')}`,
  );
  expect(circle).toContain('2 own[0].suppressed_by: a circle: MY-1 hidden by MY-3 hidden by MY-2 hidden by MY-1');
});

test.each([
  [
    'an unknown device',
    'select: { role: ward-zone }',
    'select: { devices: [zon] }',
    'own[0].select.devices[0]: "zon"; did you mean "zone"',
  ],
  [
    'a device without the quantity',
    'select: { role: ward-zone }',
    'select: { devices: [room] }',
    '"room"; a device that measures pressure_kpa; it measures room_temp_c',
  ],
  ['an unknown role', 'role: ward-zone', 'role: ward-zon', 'own[0].select.role: "ward-zon"; did you mean "ward-zone"'],
  ['an unknown kind', 'kind: below', 'kind: belo', 'own[0].kind: "belo"; did you mean "below"'],
  [
    'an unknown parameter',
    '{ limit: 300 }',
    '{ limit: 300, deadbnd: 2 }',
    'own[0].params.deadbnd: the unknown key "deadbnd"; did you mean "deadband"',
  ],
  ['an unknown attribute in a limit', '{ limit: 300 }', '{ limit: 80 % of nominl_kpa }', 'own[0].params.limit: "80 % of nominl_kpa"'],
  ['a missing quantity', 'quantity: pressure_kpa, ', '', 'own[0].quantity: nothing; a quantity; the kind below needs one'],
  ['a taken id', 'id: MY-1', 'id: O2-PRE', 'own[0].id: "O2-PRE"; an id that no pack has; oxygen has it'],
  [
    'an unknown parent',
    ' source: proposal',
    ' source: proposal, suppressed_by: [GS-MAIN]',
    'own[0].suppressed_by[0]: "GS-MAIN"; did you mean "GS-MAINS"',
  ],
  ['a bad expression', 'kind: below', 'kind: expression', 'own[0].params.when'],
])('%s is found with what is allowed', (_what, from, to, expected) => {
  const changed = own('MY-1', '').replace(from, to);
  const rule =
    to === 'kind: expression' ? changed.replace('{ limit: 300 }', '{ inputs: { p: { quantity: pressure_kpa } }, when: p < q }') : changed;
  const mistakes = check(`  own:\n${rule}`);
  expect(
    mistakes.some((mistake) => mistake.startsWith('2 ') && mistake.includes(expected)),
    mistakes.join('\n'),
  ).toBe(true);
});

test.each([
  ['{ rule: O2-PRE, devices: [room], enabled: false, reason: r }', 'devices[0]: "room"; a device that O2-PRE watches: zone'],
  ['{ rule: O2-NIGHT, params: { subtract: [{ device: zne }] }, reason: r }', 'overrides[0].params: "zne"; did you mean "zone"'],
  ['{ rule: O2-PRR, enabled: false, reason: r }', 'overrides[0].rule: "O2-PRR"; did you mean "O2-PRE"'],
  ['{ rule: O2-PRE, params: { limit: low }, reason: r }', 'overrides[0].params.limit: "low"'],
])('the override %s is refused', (override, expected) => {
  expect(check(`  overrides:\n    - ${override}\n`).join('\n')).toContain(expected);
});

test('an unknown pack is found', () => {
  expect(check('  packs: [oxigen]\n')[0]).toContain('packs[0]: "oxigen"; did you mean "oxygen"');
});
