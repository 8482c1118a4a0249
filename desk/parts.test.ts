import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manualClock } from '../shared/clock.ts';
import { random } from '../test/random.ts';
import { temporaryFolder } from '../test/servers.ts';
import { type Database, openDatabase } from './database.ts';
import { openPartStock } from './parts.ts';

let folder: ReturnType<typeof temporaryFolder>;
let db: Database;
beforeAll(() => {
  folder = temporaryFolder('parts');
  db = openDatabase(join(folder.path, 'operations.db'));
});
afterAll(() => {
  db?.[Symbol.dispose]();
  folder?.[Symbol.dispose]();
});

describe('stock', () => {
  it('is the sum of its movements; a count says what is missing, and nothing is issued that is not there', () => {
    const stock = openPartStock(db);
    const by = { who: 'li', at: manualClock().now() };
    stock.move('fuse', { kind: 'receive', quantity: 10 }, by);
    stock.move('fuse', { kind: 'issue', quantity: 3, ticket: 'T-1' }, by);
    expect(() => stock.move('fuse', { kind: 'issue', quantity: 8, ticket: 'T-1' }, by)).toThrow(/only 7 in stock/);
    stock.move('fuse', { kind: 'return', quantity: 1, ticket: 'T-1' }, by);
    expect(() => stock.move('fuse', { kind: 'return', quantity: 3, ticket: 'T-1' }, by)).toThrow(/less than 3 went out/);
    expect(() => stock.move('fuse', { kind: 'return', quantity: 1, ticket: 'T-2' }, by)).toThrow(/less than 1 went out/);
    expect(stock.move('fuse', { kind: 'count', quantity: 6 }, by)).toMatchObject({ delta: -2, counted: 6 });
    expect([stock.stock('fuse'), stock.stocks().get('fuse')]).toEqual([6, 6]);
    expect(stock.movements('fuse').map(({ kind, delta }) => [kind, delta])).toEqual([['count', -2], ['return', 1], ['issue', -3], ['receive', 10]]); // biome-ignore format: a table
  });

  it('is never changed behind its movements', () => {
    expect(() => db.run('UPDATE part_movements SET delta_milli = 1')).toThrow(/never changed/);
    expect(() => db.run('DELETE FROM part_movements')).toThrow(/never removed/);
  });

  it('is exact after a thousand movements of thousandths', () => {
    const seed = 20_260_115;
    const next = random(seed);
    const stock = openPartStock(db);
    let milli = 0;
    for (let i = 0; i < 1_000; i++) {
      const n = 1 + Math.floor(next() * 5_000);
      const kind = next() < 0.1 ? 'count' : milli >= n && next() < 0.5 ? 'issue' : 'receive';
      stock.move('cable', { kind, quantity: n / 1_000, ...(kind === 'issue' ? { ticket: 'T-9' } : {}) }, { who: 'li', at: i });
      milli = kind === 'count' ? n : kind === 'issue' ? milli - n : milli + n;
      expect(stock.stock('cable'), `seed ${seed}, step ${i}`).toBe(milli / 1_000);
    }
  });
});
