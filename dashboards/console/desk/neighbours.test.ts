import { expect, it } from 'vitest';
import { demoSite } from '../../../test/board-site.ts';
import { deviceFacts } from '../../device-facts.ts';
import type { DeviceInfo, SiteInfo } from '../data/api.ts';
import { departmentsOf, neighboursOf } from './neighbours.ts';

const site = demoSite().config;
const devices = new Map([...deviceFacts(site)].map(([id, facts]) => [id, { ...facts, latest: {} } as unknown as DeviceInfo]));
const info = {
  departments: site.departments.map((one) => ({ id: one.id, name: one.name, building: one.building ?? null, beds: one.beds ?? null })),
} as SiteInfo;
const at = (id: string) => devices.get(id)!;
const ids = (list: readonly DeviceInfo[]) => list.map(({ id }) => id);

it('finds what feeds a meter and what it feeds, by the tree of the site file', () => {
  expect(ids(neighboursOf(at('fd-oxygen'), devices).up)).toEqual(['t1', 'incomer']);
  expect(ids(neighboursOf(at('incomer'), devices).down)).toEqual(expect.arrayContaining(['t1', 't2']));
  expect(ids(neighboursOf(at('t1'), devices).beside)).toContain('t2');
});

it('follows the gas from the source to the zone, where no tree says so', () => {
  const icu = neighboursOf(at('o2-icu'), devices);
  expect(ids(icu.up)).toEqual(['o2-source', 'o2-main', 'o2-manifold']);
  expect(ids(icu.beside)).toContain('o2-or');
  expect(ids(neighboursOf(at('o2-source'), devices).down)).toContain('o2-icu');
});

it('names the departments that depend on it, with their beds', () => {
  expect(departmentsOf(at('o2-icu'), 'icu', devices, info)).toMatchObject([{ id: 'icu', beds: 12 }]);
  // All zones hang on the source.
  expect(departmentsOf(at('o2-source'), null, devices, info).map(({ id }) => id)).toEqual(expect.arrayContaining(['icu', 'emergency']));
  // A zone of which nobody says whose it is: the departments of its building.
  const front = departmentsOf(at('o2-front-low'), null, devices, info);
  expect(front.length).toBeGreaterThan(2);
  expect(front.every(({ building }) => building === 'front')).toBe(true);
});
