/** All mistakes of a site file that can be found at once are told at once, each with its line and what is allowed, and none that is only a consequence. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkAll } from '../commands/check.ts';
import { reasonOf } from '../shared/errors.ts';

const right = readFileSync(join(import.meta.dirname, 'broken-sites/_right.yaml'), 'utf8');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plantroom-mistakes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Mends nothing: each part of the right site is written as given; a part that is not there is a mistake of the test. */
function broken(changes: [from: string, to: string][], base = right): string {
  return changes.reduce((text, [from, to]) => {
    expect(text, from).toContain(from);
    return text.replace(from, to);
  }, base);
}
async function report(text: string, file = 'site.yaml'): Promise<{ lines: number[]; text: string }> {
  writeFileSync(join(folder, file), text);
  const said = reasonOf(await checkAll(join(folder, file)).catch((error: unknown) => error));
  const lines = [...said.matchAll(/site\.yaml:(\d+):\d+ .*found .*; allowed: ./g)].map(([, line]) => Number(line));
  return { lines: lines.sort((a, b) => a - b), text: said };
}
const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;
const linesOf = (text: string, parts: string[]) => parts.map((part) => lineOf(text, part)).sort((a, b) => a - b);

test('a dozen kinds together, from the time zone to the rule, in one run', async () => {
  const text = `${broken([
    ['Asia/Shanghai', 'Asia/Shanghia'],
    ['    building: ward\n', '    building: word\n'],
    ['host: 192.0.2.10', 'hosst: 192.0.2.10'],
    ['profile: eastron-sdm630\n            unit: 1', 'profile: eastron-sdm360\n            unit: 1'],
    ['poll: 5s', 'poll: 5'],
    ['            unit: 2\n', '            unit: two\n'],
    ['department: icu', 'department: icuu'],
    ['rating_a', 'rated_a'],
    ['profile: advantech-adam-6017', 'profile: advantech-adam-6071'],
    ['$.temp', 'temp'],
    ['rule: EL-OVER', 'rule: EL-OVERR'],
    ['people: [zhang]', 'people: [zhangg]'],
  ])}channels:\n  - { id: hook, type: webhok }\n`;
  const { lines, text: said } = await report(text);
  const places = [
    'Shanghia',
    'building: word',
    'hosst',
    'sdm360',
    'poll: 5',
    'unit: two',
    'icuu',
    'rated_a',
    '6071',
    'path: temp',
    'EL-OVERR',
    'zhangg',
    'webhok',
  ];
  expect(new Set(lines), said).toEqual(new Set(linesOf(text, places)));
  // What is misspelt is told as that, and not as missing too.
  expect(said).not.toContain('found nothing');
  expect(said).toContain('did you mean "eastron-sdm630"');
});

describe('an unknown profile is told in the first run', () => {
  const wrong: [string, string] = ['profile: eastron-sdm630\n            unit: 2', 'profile: eastron-sdm360\n            unit: 2'];
  test.each<[string, [string, string]]>([
    ['its device lacks its unit', ['profile: eastron-sdm360\n            unit: 2', 'profile: eastron-sdm360']],
    ['its device has a unit that is none', ['unit: 2', 'unit: two']],
    ['its device lacks its name', ['            name: { zh: ICU馈线, en: ICU feeder }\n', '']],
    ['its bus lacks its host', ['        host: 192.0.2.10\n', '']],
    ['its bus is of an unknown type', ['type: modbus-tcp', 'type: modbus-tpc']],
    ['its gateway lacks its name', ['    name: { zh: 网关, en: Gateway }\n', '']],
    ['the site lacks its id', ['  id: county\n', '']],
    ['the site is misspelt', ['site:\n', 'sitte:\n']],
    ['a key stands twice', ['poll: 5s', 'poll: 5s\n            poll: 6s']],
  ])('also where %s', async (_what, other) => {
    const text = broken([wrong, other]);
    const { lines, text: said } = await report(text);
    expect(lines, said).toContain(lineOf(text, 'sdm360'));
    expect(lines.length, said).toBeGreaterThan(1);
    expect(said).not.toContain('stand-in');
  });
});

test.each(['pump(', 'a.*', '\\', ''])('what has no place in the file may be called anything: %j', async (id) => {
  const text = broken([
    ['site:\n', `nonsense:\n  - id: ${JSON.stringify(id)}\nsite:\n`],
    ['profile: eastron-sdm630\n            unit: 2', 'profile: eastron-sdm360\n            unit: 2'],
  ]);
  const { lines, text: said } = await report(text);
  expect(lines, said).toEqual(linesOf(text, ['nonsense', 'sdm360']));
});

test('of what is no YAML the first place is told: the rest follows from it', async () => {
  const { lines, text: said } = await report(broken([['$.temp', '$..[']]));
  expect(lines, said).toHaveLength(1);
  expect(said).toMatch(/^1 mistake /);
});

test('a profile of the site that is wrong is told beside what is wrong elsewhere, and who uses it is not blamed', async () => {
  mkdirSync(join(folder, 'own'));
  writeFileSync(join(folder, 'own', 'acme-meter.yaml'), 'id: acme-meter\nnonsense: 1\n');
  const text = broken([
    ['site:\n', 'profiles: [own]\nsite:\n'],
    ['profile: eastron-sdm630\n            unit: 1', 'profile: acme-meter\n            unit: 1'],
    ['profile: eastron-sdm630\n            unit: 2', 'profile: eastron-sdm360\n            unit: 2'],
    ['rule: EL-OVER', 'rule: EL-OVERR'],
  ]);
  const { lines, text: said } = await report(text);
  expect(said).toMatch(/acme-meter\.yaml:2:\d+ nonsense: found/);
  expect(lines, said).toEqual(linesOf(text, ['sdm360', 'EL-OVERR']));
});

test('a file that is not there hides no mistake of the others, and makes none of what it would have held', async () => {
  const text = broken([
    ['site:\n', 'include: [people.yaml]\nsite:\n'],
    ['people:\n  - id: zhang\n    name: 张师傅\n', ''],
    ['port: 502', 'port: 99502'],
    ['profile: advantech-adam-6017', 'profile: advantech-adam-6071'],
  ]);
  const { lines, text: said } = await report(text);
  expect(lines, said).toEqual(linesOf(text, ['people.yaml', 'port: 99502', '6071']));
});

describe('beside every one of the known mistakes an unknown profile is told', () => {
  const known = join(import.meta.dirname, 'broken-sites');
  // No YAML; an input that only the profile can say is none.
  const torn = ['30-yaml-indentation.yaml', '19-input-that-the-module-has-not.yaml'];
  const profile = 'profile: advantech-adam-6017\n';
  const files = readdirSync(known).filter((file) => !file.startsWith('_') && !torn.includes(file));
  const usable = files.filter((file) => readFileSync(join(known, file), 'utf8').includes(profile));
  test('most of them can be tried', () => expect(usable.length).toBeGreaterThan(files.length - 8));
  test.each(usable)('%s', async (file) => {
    const text = readFileSync(join(known, file), 'utf8').replace(profile, 'profile: advantech-adam-6071\n');
    const { lines, text: said } = await report(text);
    expect(lines, said).toContain(lineOf(text, '6071'));
    expect(lines.length, said).toBeGreaterThan(1);
  });
});
