/** The trees of the site page: what stands where, and what each key does. */
import { describe, expect, it } from 'vitest';
import type { DeviceInfo, SiteInfo } from '../data/api.ts';
import { parentsTo, type TreeNode, treeMove, visibleNodes } from '../parts/tree-keys.ts';
import { type MeterRow, meterTree, placeTree } from './trees.ts';

const name = (id: string) => ({ zh: id, en: id });
const text = (one: { en: string } | undefined) => one?.en ?? '';
/** `a (b c)`: what is in brackets is below. */
const outline = <T>(nodes: readonly TreeNode<T>[]): string =>
  nodes.map(({ text: own, children }) => (children.length > 0 ? `${own} (${outline(children)})` : own)).join(' ');

describe('the tree of places', () => {
  it('has buildings, in them departments and tenants, in them devices; nothing empty, nothing twice, nothing lost', () => {
    const device = (id: string, building: string | null, more: Partial<DeviceInfo> = {}) =>
      ({ id, name: name(id), building, department: null, tenant: null, ...more }) as DeviceInfo;
    const site = {
      buildings: [{ id: 'front', name: name('Front') }, { id: 'empty', name: name('Empty') }],
      departments: [{ id: 'icu', name: name('ICU'), building: 'front' }],
      tenants: [{ id: 'shop', name: name('Shop') }],
    } as unknown as SiteInfo; // biome-ignore format: short
    const devices = [
      device('m1', 'front', { department: 'icu' }),
      device('m2', 'front'),
      device('m3', 'front', { tenant: 'shop' }),
      device('m4', null),
    ];
    expect(outline(placeTree(site, devices, text, 'Elsewhere'))).toBe('Front (ICU (m1) Shop (m3) m2) Elsewhere (m4)');
  });
});

describe('the tree of meters', () => {
  it('follows what feeds what, the largest first, and does not turn in a circle', () => {
    const row = (device: string, parent: string | null, used: number, balance: object | null = null) =>
      ({ device, parent, used, balance }) as unknown as MeterRow;
    const rows = [
      row('small', 't1', 1),
      row('large', 't1', 9),
      row('t1', 'main', 10, {}),
      row('main', null, 12, {}),
      row('alone', null, 50),
    ];
    expect(outline(meterTree(rows, (id) => id))).toBe('main (t1 (large small)) alone');
    expect(outline(meterTree([row('self', 'self', 1), row('a', null, 1)], (id) => id))).toBe('a');
  });
});

describe('the keys of a tree', () => {
  const leaf = (id: string): TreeNode<null> => ({ id, text: id, data: null, href: `#/${id}`, children: [] });
  const nodes: TreeNode<null>[] = [{ id: 'main', text: 'main', data: null, children: [leaf('air'), leaf('boiler')] }, leaf('other')];
  const open = visibleNodes(nodes, new Set(['main']));
  const closed = visibleNodes(nodes, new Set());

  it('shows what is open, with level and place among its siblings', () => {
    expect(closed.map(({ node }) => node.id)).toEqual(['main', 'other']);
    expect(open.map(({ node, level, position, siblings, parent }) => [node.id, level, position, siblings, parent])).toEqual([
      ['main', 1, 1, 2, null], ['air', 2, 1, 2, 'main'], ['boiler', 2, 2, 2, 'main'], ['other', 1, 2, 2, null],
    ]); // biome-ignore format: a table
    expect(parentsTo(nodes, 2)).toEqual(['main']);
  });

  it('are those of the WAI-ARIA pattern', () => {
    const moves: [key: string, at: string, visible: typeof open, move: object | undefined][] = [
      ['ArrowDown', 'main', open, { focus: 'air' }],
      ['ArrowDown', 'other', open, undefined],
      ['ArrowUp', 'other', open, { focus: 'boiler' }],
      ['Home', 'other', open, { focus: 'main' }],
      ['End', 'main', open, { focus: 'other' }],
      ['ArrowRight', 'main', closed, { open: 'main' }],
      ['ArrowRight', 'main', open, { focus: 'air' }],
      ['ArrowRight', 'air', open, undefined],
      ['ArrowLeft', 'boiler', open, { focus: 'main' }],
      ['ArrowLeft', 'main', open, { close: 'main' }],
      ['ArrowLeft', 'other', open, undefined],
      ['Enter', 'air', open, { follow: '#/air' }],
      ['Enter', 'main', closed, { open: 'main' }],
      [' ', 'main', open, { close: 'main' }],
      ['b', 'main', open, { focus: 'boiler' }],
      ['m', 'other', open, { focus: 'main' }],
      ['Tab', 'main', open, undefined],
    ];
    for (const [key, at, visible, move] of moves) expect([key, at, treeMove(key, at, visible)]).toEqual([key, at, move]);
  });
});
