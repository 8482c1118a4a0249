/** Signing off over the API, for each role: the server holds the rules, whatever a page offers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { may, type Permission, type UserRole, userRoles } from '../access/permissions.ts';
import { type DashboardsApp, heatingAlarm, startDashboardsApp } from '../test/dashboards-app.ts';
import { siteOf } from '../test/site-of.ts';

let app: DashboardsApp;
beforeAll(async () => {
  app = await startDashboardsApp(siteOf({ gw1: [['loop-1', 'heating']] }));
});
afterAll(() => app?.[Symbol.asyncDispose]());

const working = userRoles.filter((role) => may(role, 'ticket:work') && may(role, 'ticket:verify'));
/** What the server answers where the desk refuses: for a role that may not sign at all it comes to that before. */
const refused = (role: UserRole, permission: Permission) => (may(role, permission) ? 409 : 403);
let count = 0;
/** A ticket of an active alarm, repaired by this role. */
async function repaired(by: UserRole, lifeSafety: boolean): Promise<{ alarm: string; ticket: string }> {
  const id = `r.${++count}`;
  const { ticket } = app.desk.raise(heatingAlarm('loop-1', { id, lifeSafety, causeKey: id }), { at: Date.now(), value: 95, limit: 150 });
  for (const [action, body] of [['assign', {}], ['start', {}], ['resolve', { resolution: 'done' }]] as const) {
    expect((await app.call('POST', `/api/tickets/${ticket}/${action}`, { token: await app.signIn(by), body })).status).toBe(200);
  } // biome-ignore format: short
  return { alarm: id, ticket: ticket as string };
}
const sign = async (role: UserRole, ticket: string, body: object = {}) =>
  app.call('POST', `/api/tickets/${ticket}/verify`, { token: await app.signIn(role), body });
const override = { override: { reason: 'sensor is being replaced' } };

describe('signing off', () => {
  it.each(working)('%s never signs what he repaired himself, not with an override either', async (role) => {
    const { alarm, ticket } = await repaired(role, false);
    app.desk.clear(alarm, { at: Date.now(), value: 300 });
    for (const body of [{}, override]) {
      const answer = await sign(role, ticket, body);
      expect([answer.status, answer.json.detail]).toEqual([409, expect.stringContaining('another person')]);
    }
    const other = role === 'manager' ? 'engineer' : 'manager';
    const signed = await sign(other, ticket);
    expect(signed.json).toMatchObject({ state: 'verified', verifiedBy: other, override: null });
  });

  it.each(userRoles)('%s cannot sign off a danger to life that is still there, nor cancel its ticket', async (role) => {
    const { ticket } = await repaired(role === 'technician' ? 'engineer' : 'technician', true);
    for (const body of [{}, override]) expect((await sign(role, ticket, body)).status).toBe(refused(role, 'ticket:verify'));
    app.desk.reopen(ticket, { id: 'test' }, 'again');
    const cancel = await app.call('POST', `/api/tickets/${ticket}/cancel`, { token: await app.signIn(role), body: { reason: 'no' } });
    expect(cancel.status).toBe(refused(role, 'ticket:cancel'));
  });

  it.each(userRoles)('%s and an alarm that is still active: only an admin may, and only by an override with its reason', async (role) => {
    const { ticket } = await repaired(role === 'technician' ? 'engineer' : 'technician', false);
    expect((await sign(role, ticket)).status).toBe(refused(role, 'ticket:verify'));
    const answer = await sign(role, ticket, override);
    if (role !== 'admin') return expect(answer.status).toBe(refused(role, 'ticket:verify'));
    expect((await sign(role, ticket, { override: { reason: ' ' } })).status).toBe(400);
    expect(answer.json).toMatchObject({
      state: 'verified',
      override: { reason: override.override.reason, by: 'admin' },
      alarmActive: true,
    });
    const { json } = await app.call('GET', `/api/tickets/${ticket}`, { token: await app.signIn('viewer') });
    expect(json.override).toEqual({ reason: override.override.reason, by: 'admin' });
    expect(json.journal[0]).toMatchObject({ event: 'verify', who: 'admin', why: override.override.reason, detail: { override: true } });
  });
});
