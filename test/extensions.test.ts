import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { profileQuantities, readProfile } from '../gateway/profiles.ts';
import { sampleCheck } from '../gateway/sample.ts';
import { filesOf } from '../shared/catalog.ts';
import { formatMistake, type Mistake } from '../shared/mistake.ts';

const folder = join(import.meta.dirname, '..', 'gateway', 'devices');
const files = filesOf(folder, '.yaml');

describe('every device profile', () => {
  it('there are at least 15, of every kind the issue names', () => {
    const mistakes: Mistake[] = [];
    const kinds = files.map((file) => readProfile(join(folder, file), mistakes)?.kind);
    expect(files.length).toBeGreaterThanOrEqual(15);
    expect(kinds.filter((kind) => kind === 'electricity-meter').length).toBeGreaterThanOrEqual(4);
    for (const kind of ['residual-current', 'heat-meter', 'water-meter', 'genset', 'boiler', 'remote-io', 'pressure', 'analyser']) {
      expect(kinds, kind).toContain(kind);
    }
  });

  for (const file of files) {
    it(`${file} is valid and decodes its samples to the values of their source`, () => {
      const mistakes: Mistake[] = [];
      const profile = readProfile(join(folder, file), mistakes);
      expect(mistakes.map(formatMistake)).toEqual([]);
      expect(sampleCheck(profile!)).toEqual([]);
      expect(profileQuantities(profile!, {}).length + profile!.points.filter((point) => point.input).length).toBeGreaterThan(0);
    });
  }
});
