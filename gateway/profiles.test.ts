import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Fault } from '../shared/errors.ts';
import type { Mistake } from '../shared/mistake.ts';
import { modbusDeviceSchema, siteSchema } from '../shared/site.ts';
import { temporaryFolder } from '../test/servers.ts';
import { builtInProfiles, deviceMistakes, loadProfiles, profileQuantities } from './profiles.ts';

const good = `id: my-meter
vendor: Me
model: M1
title: { zh: 我的表, en: My meter }
system: electricity
kind: electricity-meter
source: "my meter's manual, page 7"
evidence: B
points:
  - { quantity: frequency_hz, address: 0, type: uint16, scale: 0.01 }
  - { input: ai0, table: input, address: 0, type: uint16, scale: 0.001, signal: 4-20ma }
samples:
  - from: page 8 of the manual
    words: { holding: { 0: [5000] } }
    values: { frequency_hz: 50 }
`;

/** The mistakes in files made of these texts. */
function mistakesIn(files: Record<string, string>): Mistake[] {
  using folder = temporaryFolder('profiles');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text);
  try {
    loadProfiles([folder.path]);
    return [];
  } catch (error) {
    return (error as Fault).detail?.mistakes as Mistake[];
  }
}
const mistake = (text: string, file = 'my-meter.yaml') =>
  mistakesIn({ [file]: text }).map(({ line, path, found, allowed }) => `${line} ${path}: ${found}; ${allowed}`);

describe('profiles', () => {
  it('a good one has none', () => {
    expect(mistakesIn({ 'my-meter.yaml': good })).toEqual([]);
  });

  const cases: [what: string, from: string, to: string, expected: RegExp][] = [
    [
      'a quantity that is not in the vocabulary',
      'frequency_hz, address',
      'frequenzy_hz, address',
      /^10 points\[0\]\.quantity: "frequenzy_hz".*frequency_hz/,
    ],
    ['an unknown key', 'scale: 0.01', 'skale: 0.01', /^10 points\[0\]\.skale.*scale/],
    ['a type that does not exist', 'type: uint16, scale: 0.01', 'type: word', /^10 points\[0\]\.type: "word".*uint16/],
    ['neither quantity nor input', 'quantity: frequency_hz, ', '', /^10 points\[0\].*exactly one of quantity, input and text/],
    ['a sample that says otherwise', '[5000]', '[6000]', /^15 samples\[0\]\.values\.frequency_hz: "50".*60/],
    ['a sample without its words', '0: [5000]', '7: [5000]', /^15 samples\[0\]\.values\.frequency_hz.*words missing/],
    ['an address below the base', 'evidence: B', 'evidence: B\nbase: 1', /^11 points\[0\]\.address: 0; at least 1/],
    ['a coil with a word type', 'table: input', 'table: coil', /^11 points\[1\]\.type.*single bits/],
    ['a bit without its number', 'type: uint16, scale: 0.01', 'type: bit', /^10 points\[0\].*which bit/],
    ['a point in a hole', 'evidence: B', 'evidence: B\nholes: [{ from: 0, to: 3 }]', /outside the hole 0 to 3/],
  ];
  for (const [what, from, to, expected] of cases) {
    it(`${what} is shown with line, path and what is allowed`, () => {
      const found = mistake(good.replace(from, to));
      expect(found.length).toBeLessThanOrEqual(2);
      expect(found[0]).toMatch(expected);
    });
  }

  it('the file name is the id, a name stands once, and broken YAML has its line', () => {
    expect(mistake(good, 'other.yaml')[0]).toMatch(/^1 id: "my-meter"; the file name "other"/);
    expect(mistake(good.replace('input: ai0, table: input', 'quantity: frequency_hz'))[0]).toMatch(/^11 points\[1\].*no other point/);
    expect(mistake(good.replace('title: {', 'title: {{'))[0]).toMatch(/^\d+ :/);
  });

  it('all mistakes of all files come at once', () => {
    const found = mistakesIn({ 'my-meter.yaml': good.replace('B\n', 'Z\n').replace('uint16, scale: 0.01', 'word'), 'b.yaml': good });
    expect(found.map(({ file }) => file.split('/').at(-1)).sort()).toEqual(['b.yaml', 'my-meter.yaml', 'my-meter.yaml']);
  });

  it('a folder that is not there is a mistake, not an exception', () => {
    expect(() => loadProfiles([join(builtInProfiles, 'nowhere')])).toThrow(/no readable folder/);
  });
});

describe('devices of a site against their profiles', () => {
  const profiles = loadProfiles([builtInProfiles]);
  const check = (device: object) => {
    const site = siteSchema.parse({
      site: { id: 's', name: { zh: '站', en: 's' } },
      gateways: [
        {
          id: 'g',
          name: { zh: '网', en: 'g' },
          buses: [{ id: 'b', type: 'modbus-tcp', host: 'h', devices: [{ id: 'd', name: { zh: '表', en: 'd' }, unit: 1, ...device }] }],
        },
      ],
    });
    return deviceMistakes(site, profiles).map(({ path, allowed }) => `${path.slice(6).join('.')}: ${allowed}`);
  };

  it('unknown profiles, inputs, quantities and half a scale are found', () => {
    expect(check({ profile: 'eastron-sdm630' })).toEqual([]);
    expect(check({ profile: 'eastron-sdm631' })[0]).toMatch(/^profile: did you mean "eastron-sdm630"/);
    expect(check({ profile: 'eastron-sdm630', only: ['level_pct'] })[0]).toMatch(/^only\.0: one of/);
    expect(check({ profile: 'advantech-adam-6017', inputs: { ai99: { quantity: 'level_pct', low: 0, high: 100 } } })[0]).toMatch(
      /^inputs\.ai99: one of ai0/,
    );
    expect(check({ profile: 'advantech-adam-6017', inputs: { ai0: { quantity: 'level_pct', low: 0 } } })[0]).toMatch(/both low and high/);
    expect(check({ profile: 'advantech-adam-6017', inputs: { ai0: { quantity: 'level_pct' } } })[0]).toMatch(/the values at 4 and 20 mA/);
    expect(check({ profile: 'advantech-adam-6017' })[0]).toMatch(/at least one quantity/);
  });

  it('a serial line has units 1 to 247', () => {
    const bus = {
      id: 'b',
      type: 'modbus-rtu',
      path: '/dev/ttyS0',
      devices: [{ id: 'd', name: { zh: '表', en: 'd' }, profile: 'acrel-asj', unit: 0 }],
    };
    const site = siteSchema.parse({
      site: { id: 's', name: { zh: '站', en: 's' } },
      gateways: [{ id: 'g', name: { zh: '网', en: 'g' }, buses: [bus] }],
    });
    expect(deviceMistakes(site, profiles)[0]?.allowed).toMatch(/1 to 247/);
  });

  it('what a device gives follows its wiring', () => {
    const device = modbusDeviceSchema.parse({
      id: 'd', name: { zh: '表', en: 'd' }, profile: 'advantech-adam-6017', unit: 1,
      inputs: { ai0: { quantity: 'pressure_kpa', low: 0, high: 1000 }, ai3: { quantity: 'level_pct', low: 0, high: 100 } },
    }); // biome-ignore format: one line
    expect(profileQuantities(profiles.get('advantech-adam-6017')!, device)).toEqual(['pressure_kpa', 'level_pct']);
  });
});
