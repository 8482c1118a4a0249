import { DatabaseSync } from 'node:sqlite';
import fastify from 'fastify';
import { expect, test } from 'vitest';
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
