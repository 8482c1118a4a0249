import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { certificateSchema } from '../shared/plant.ts';
import { rosterSchema } from '../shared/roster.ts';
import { fewOf } from './api/schemas.ts';
import { installProblems } from './problem.ts';

test('whoever writes the same as somebody else at the same moment is told so; it is no error of the server', async () => {
  using db = new DatabaseSync(':memory:');
  db.exec('create table persons (name text primary key)');
  const app = fastify();
  installProblems(app);
  app.post('/persons', async () => db.prepare('insert into persons values (?)').run('wang'));
  expect((await app.inject({ method: 'POST', url: '/persons' })).statusCode).toBe(200);
  const second = await app.inject({ method: 'POST', url: '/persons' });
  expect(second.statusCode).toBe(409);
  expect(second.json()).toMatchObject({ type: 'urn:plantroom:desk/conflict', zh: expect.stringMatching(/^同一时刻已有他人修改/) });
});

test('of very many mistakes the first twenty are told, and how many more there are', async () => {
  const app = fastify();
  app.setValidatorCompiler(validatorCompiler);
  installProblems(app);
  const body = z.object({
    trades: rosterSchema.shape.trades,
    areas: z.array(z.enum(['icu', 'ward'])).optional(),
    values: fewOf(z.literal('as-read')).optional(),
  });
  app.post('/rosters', { schema: { body } }, async () => 'kept');
  const post = (payload: object) => app.inject({ method: 'POST', url: '/rosters', payload });
  const answer = await post({ trades: [], areas: Array.from({ length: 20_000 }, () => 'a') });
  expect([answer.statusCode, answer.body.length < 20_000]).toEqual([400, true]);
  const { errors, zh, detail } = answer.json();
  expect(errors).toHaveLength(21);
  const more = /^and (\d+) more mistakes$/.exec(errors.at(-1).message)?.[1];
  expect(Number(more)).toBeGreaterThanOrEqual(19_980);
  expect(zh).toMatch(new RegExp(`^areas：.*；请求内容：另有 ${more} 处错误$`));
  expect(detail).toMatch(/; body: and \d+ more mistakes$/);
  // No entry is wrong by itself: there are too many of them.
  expect((await post({ trades: Array.from({ length: 51 }, () => 'boiler') })).json().zh).toBe('trades：最多 50 项');
  const values = Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`v${at}`, 'as-read']));
  expect((await post({ trades: [], values })).json().zh).toBe('values：最多 200 项');
  expect((await post({ trades: [], values: { v: 'as-read' } })).statusCode).toBe(200);
});

test('dates of another age are refused', () => {
  const of = (due: string) => certificateSchema.safeParse({ id: 'c-1', rule: 'r', person: 'li', due }).success;
  expect(['0000-01-01', '1899-12-31', '2100-01-01', '2026-02-30', '2031-05-01'].map(of)).toEqual([false, false, false, false, true]);
});
