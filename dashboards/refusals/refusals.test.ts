/** Whatever the API refuses, a console in Chinese says in Chinese: the sources are searched for every refusal, and each must have its words. */
import { readdirSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { parseAst } from 'rolldown/parseAst';
import { describe, expect, test } from 'vitest';
import { Fault } from '../../shared/errors.ts';
import { faultProblem } from '../problem.ts';
import { inChinese } from './in-chinese.ts';
import { refusals, titles } from './words.ts';

const root = join(import.meta.dirname, '..', '..');

interface Node {
  type: string;
  [key: string]: unknown;
}
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** The English of a string or template, with {1}, {2} ... where something is put in; both of "this or that". */
function wordsOf(node: unknown): string[] {
  if (!isNode(node)) return [];
  if (node.type === 'Literal') return typeof node.value === 'string' ? [node.value] : [];
  if (node.type === 'ConditionalExpression') return [...wordsOf(node.consequent), ...wordsOf(node.alternate)];
  if (node.type === 'LogicalExpression') return wordsOf(node.right);
  if (node.type !== 'TemplateLiteral') return [];
  const parts = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return [parts.reduce((whole, part, at) => `${whole}{${at}}${part}`)];
}

const ways = new Set(['invalid', 'wrong', 'refuse', 'badField']);
/** `x: message` around a message that is found by itself. */
const frame = /^(?:[\w.-]+|\{1\}): \{\d\}$|^\{\d\}$/;

function* refusalsIn(node: unknown): Generator<string> {
  if (Array.isArray(node)) for (const one of node) yield* refusalsIn(one);
  if (!isNode(node)) return;
  const args = node.arguments as Node[] | undefined;
  const callee = node.callee as Node | undefined;
  if (node.type === 'NewExpression' && callee?.name === 'Fault' && /^(api|desk)\//.test(wordsOf(args?.[0])[0] ?? ''))
    yield* wordsOf(args?.[1]);
  if (node.type === 'CallExpression' && ways.has(String(callee?.name))) yield* wordsOf(args?.[1]?.type === 'Literal' && typeof args[1].value === 'number' ? args[0] : (args?.[1] ?? args?.[0])); // biome-ignore format: one
  if (node.type === 'CallExpression' && (callee?.property as Node | undefined)?.name === 'regex') yield* wordsOf(args?.[1]);
  if (node.type === 'CallExpression' && (callee?.property as Node | undefined)?.name === 'failed') yield* wordsOf(args?.[1]);
  const key = node.key as Node | undefined;
  if (node.type === 'Property' && (key?.name === 'refused' || key?.name === 'message')) yield* wordsOf(node.value);
  for (const [name, child] of Object.entries(node)) if (name !== 'type') yield* refusalsIn(child);
}

/** Sources whose refusals the API passes on. Files and commands of the engineer speak English. */
const folders = ['desk', 'dashboards', 'dashboards/api', 'dashboards/plant', 'dashboards/live', 'dashboards/panel', 'access', 'energy'];
const single = ['shared/ticket-state.ts', 'shared/plant.ts', 'shared/roster.ts', 'notify/ticket-sender.ts', 'notify/mailer.ts'];
const notOfTheApi =
  /(\.test\.ts|desk\/database\.ts|energy\/(tariff|items|readings-file|allocation|meter-tree|site-tariffs|.*-command)\.ts)$/;
/** Written by the desk for itself, or by an engineer's file. */
const aside = new Set<string>([]);

function found(): Map<string, string> {
  const files = [...folders.flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`)), ...single];
  const all = new Map<string, string>();
  for (const file of files.filter((name) => name.endsWith('.ts') && !notOfTheApi.test(name))) {
    const text = stripTypeScriptTypes(readFileSync(join(root, file), 'utf8'));
    for (const one of refusalsIn(parseAst(text) as unknown)) {
      const words = one.replace(/^[\w-]+: (?=[a-z])/, (head) => (refusals[one] ? head : ''));
      if (words.trim() !== '' && !frame.test(words) && !aside.has(words) && !/\p{Script=Han}/u.test(words)) all.set(words, file);
    }
  }
  return all;
}

describe('refusals in Chinese', () => {
  const known = found();

  test('the search finds them', () => {
    expect(known.size).toBeGreaterThan(150);
    expect([...known.keys()]).toEqual(
      expect.arrayContaining(['the alarm is still active', 'roster {1} is at version {2} by now, not {3}; load it again', 'at most 10 MB']),
    );
  });

  test('each has its Chinese, with the same places', () => {
    expect([...known].filter(([words]) => refusals[words] === undefined).map(([words, file]) => `${file}: ${words}`)).toEqual([]);
    const placesOf = (text: string) => [...text.matchAll(/\{\d\}/g)].map(([place]) => place).sort();
    for (const [en, zh] of Object.entries(refusals)) {
      expect(zh, en).toMatch(/\p{Script=Han}/u);
      expect(placesOf(en), en).toEqual(expect.arrayContaining(placesOf(zh)));
    }
  });

  test.each([
    ['a ticket in state resolved cannot be moved by "start"', '工单处于“待签收”状态，不能执行“开始处理”'],
    ['the ticket is closed since then, by li', '此后工单已被 li 改为“已关闭”'],
    ['only 2 in stock: what lies there more is entered by a stock-take first', '库存只有 2；如实物更多，请先盘点入账'],
    ['The role technician may not do this (roster:edit)', '“维修工”角色没有此权限（roster:edit）'],
    ['import 3 has 12 mistakes', '导入 3 有 12 处错误，请改正后重新上传'],
  ])('%s', (en, zh) => expect(inChinese(en)).toBe(zh));

  test('fields have names; several mistakes are told together; what nobody knows is not half put into Chinese', () => {
    expect(
      inChinese('reason: a correction says why; values.0: Invalid input: expected number, received string', [
        { field: 'reason', message: 'a correction says why' },
        { field: 'values.0', message: 'Invalid input: expected number, received string' },
      ]),
    ).toBe('原因：更正须说明原因；values：类型不正确：应为数字，实际为文字');
    expect(inChinese('something new')).toBeUndefined();
    for (const word of ['constructor', '__proto__', 'toString'])
      expect([inChinese(word), inChinese(`there is no ticket ${word}`)]).toEqual([undefined, `没有工单 ${word}`]);
  });

  test('every code of the API has words of its own', () => {
    for (const code of [
      'api/invalid',
      'api/denied',
      'api/unknown',
      'desk/unknown',
      'desk/transition',
      'desk/conflict',
      'desk/unwritable',
    ] as const) {
      expect(titles[code]).toMatch(/\p{Script=Han}/u);
      expect(faultProblem(new Fault(code)).title).not.toBe('');
    }
  });
});
