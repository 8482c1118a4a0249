import { describe, expect, test } from 'vitest';
import { type AlarmState, alarmStates } from '../shared/alarm.ts';
import { type AlarmEvent, type AlarmFacts, isRefusal, move, normalFacts } from './alarm-state.ts';

const now = 1_000_000;
const traits = { latching: false, maxShelfMs: 8 * 3_600_000 };
const latching = { ...traits, latching: true };

/** One alarm in each state, as it would be after the shortest way there. Hidden ones both with and without the condition. */
const active = { ...normalFacts, active: true, acknowledged: false, raisedAt: 1, occurrence: 1, value: 5, limit: 4 };
const gone = { ...active, active: false, clearedAt: 2 };
const examples: Record<string, AlarmFacts> = {
  NORM: normalFacts,
  UNACK: { ...active, state: 'UNACK' },
  ACKED: { ...active, acknowledged: true, acknowledgedAt: 2, acknowledgedBy: 'anna', state: 'ACKED' },
  RTNUN: { ...gone, state: 'RTNUN' },
  LUNACK: { ...gone, state: 'LUNACK' },
  LACKED: { ...gone, acknowledged: true, state: 'LACKED' },
  'SHLVD active': { ...active, shelvedUntil: now + 1, shelvedReason: 'r', state: 'SHLVD' },
  'SHLVD clear': { ...normalFacts, shelvedUntil: now + 1, shelvedReason: 'r', state: 'SHLVD' },
  'DSUPR active': { ...active, suppressedBy: 'parent', state: 'DSUPR' },
  'DSUPR clear': { ...normalFacts, suppressedBy: 'parent', state: 'DSUPR' },
  'OOSRV active': { ...active, outOfServiceTicket: 'T-1', state: 'OOSRV' },
  'OOSRV clear': { ...normalFacts, outOfServiceTicket: 'T-1', state: 'OOSRV' },
};
const events = {
  raise: { type: 'raise', at: now, value: 9, limit: 8 },
  clear: { type: 'clear', at: now, value: 1 },
  acknowledge: { type: 'acknowledge' },
  reset: { type: 'reset' },
  shelve: { type: 'shelve', reason: 'regulator swap', until: now + 3_600_000 },
  unshelve: { type: 'unshelve' },
  suppress: { type: 'suppress', by: 'gs-mains.ats' },
  unsuppress: { type: 'unsuppress' },
  oos: { type: 'out-of-service', ticket: 'T-7' },
  return: { type: 'return' },
  comment: { type: 'comment' },
} as const satisfies Record<string, AlarmEvent>;
const columns = Object.keys(events) as (keyof typeof events)[];

/** From (row) by event (column): the state after, `=` unchanged, `x` refused. */
const table = `
                raise  clear  acknowledge reset  shelve unshelve suppress unsuppress oos    return comment
NORM            UNACK  =      x           x      SHLVD  x        DSUPR    x          OOSRV  x      NORM
UNACK           =      RTNUN  ACKED       x      SHLVD  x        DSUPR    x          OOSRV  x      UNACK
ACKED           =      NORM   x           x      SHLVD  x        DSUPR    x          OOSRV  x      ACKED
RTNUN           UNACK  =      NORM        x      SHLVD  x        DSUPR    x          OOSRV  x      RTNUN
LUNACK          UNACK  =      LACKED      NORM   SHLVD  x        DSUPR    x          OOSRV  x      LUNACK
LACKED          UNACK  =      x           NORM   SHLVD  x        DSUPR    x          OOSRV  x      LACKED
SHLVD active    =      SHLVD  x           x      SHLVD  UNACK    SHLVD    x          OOSRV  x      SHLVD
SHLVD clear     SHLVD  =      x           x      SHLVD  NORM     SHLVD    x          OOSRV  x      SHLVD
DSUPR active    =      DSUPR  x           x      SHLVD  x        DSUPR    UNACK      OOSRV  x      DSUPR
DSUPR clear     DSUPR  =      x           x      SHLVD  x        DSUPR    NORM       OOSRV  x      DSUPR
OOSRV active    =      OOSRV  x           x      x      x        OOSRV    x          x      UNACK  OOSRV
OOSRV clear     OOSRV  =      x           x      x      x        OOSRV    x          x      NORM   OOSRV
`;

describe('every state and every event', () => {
  const rows = table.trim().split('\n').slice(1);
  test('the table is whole', () => {
    expect(rows.map((row) => row.slice(0, 15).trim())).toEqual(Object.keys(examples));
    expect(new Set(rows.map((row) => row.split(/ {2,}|\s/)[0]))).toEqual(new Set(alarmStates));
  });
  for (const row of rows) {
    const from = row.slice(0, 15).trim();
    const cells = row.slice(15).trim().split(/\s+/);
    for (const [index, column] of columns.entries()) {
      const expected = cells[index] as string;
      test(`${from} by ${column} gives ${expected}`, () => {
        const alarm = examples[from] as AlarmFacts;
        const result = move(alarm, events[column], now, traits, 'anna');
        if (expected === 'x') return expect(isRefusal(result)).toBe(true);
        if (isRefusal(result)) throw new Error(result.refused);
        expect(result.changed).toBe(expected !== '=');
        expect(result.to).toBe(expected === '=' ? alarm.state : expected);
        expect(result.facts.state).toBe(result.to);
        expect(result.from).toBe(alarm.state);
      });
    }
  }
});

describe('latching alarms', () => {
  test('clear into a latched state and wait for a person', () => {
    const unacknowledged = move(examples.UNACK as AlarmFacts, events.clear, now, latching);
    expect(unacknowledged).toMatchObject({ to: 'LUNACK' });
    expect(move(examples.ACKED as AlarmFacts, events.clear, now, latching)).toMatchObject({ to: 'LACKED' });
  });
});

describe('shelves', () => {
  const shelved = examples['SHLVD active'] as AlarmFacts;
  test('end by themselves, not before', () => {
    expect(isRefusal(move(shelved, { type: 'shelf-end' }, now, traits))).toBe(true);
    expect(move(shelved, { type: 'shelf-end' }, now + 1, traits)).toMatchObject({ to: 'UNACK', facts: { shelvedUntil: null } });
  });
  test('need a reason and an end that is near', () => {
    for (const event of [
      { ...events.shelve, reason: '' },
      { ...events.shelve, until: now },
      { ...events.shelve, until: now + traits.maxShelfMs + 1 },
      { ...events.shelve, until: Number.NaN },
    ]) {
      expect(isRefusal(move(examples.UNACK as AlarmFacts, event, now, traits))).toBe(true);
    }
  });
  test('over a suppression leave it suppressed', () => {
    const both = { ...shelved, suppressedBy: 'parent' };
    expect(move(both, events.unshelve, now, traits)).toMatchObject({ to: 'DSUPR' });
  });
});

/** Seeded, so that a failure can be run again. */
function random(seed: number) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('any sequence of events', () => {
  const seed = Number(process.env.SEED ?? 20_260_115);
  const visible: AlarmState[] = ['NORM', 'UNACK', 'ACKED', 'RTNUN', 'LUNACK', 'LACKED'];
  test(`keeps state and facts in step (seed ${seed})`, () => {
    const next = random(seed);
    const seen = new Set<AlarmState>();
    for (let run = 0; run < 300; run++) {
      const rule = run % 2 === 0 ? traits : latching;
      let facts: AlarmFacts = normalFacts;
      let condition = false;
      let raised = 0;
      for (let step = 0; step < 60; step++) {
        const t = now + run * 1_000 + step;
        const column = columns[Math.floor(next() * columns.length)] as keyof typeof events;
        const event: AlarmEvent = column === 'shelve' ? { type: 'shelve', reason: 'r', until: t + 5 } : events[column];
        const before = structuredClone(facts);
        const result = move(facts, event, t, rule, 'anna');
        expect(facts, 'the input is never changed').toEqual(before);
        if (event.type === 'raise') {
          if (!condition) raised++;
          condition = true;
        }
        if (event.type === 'clear') condition = false;
        if (isRefusal(result)) {
          expect(['raise', 'clear', 'comment'], 'the engine is never refused').not.toContain(event.type);
          continue;
        }
        facts = result.facts;
        seen.add(facts.state);
        const where = `${event.type} from ${result.from} to ${result.to}, run ${run}, step ${step}`;
        expect(facts.active, where).toBe(condition);
        expect(facts.occurrence, where).toBe(raised);
        const hidden = facts.outOfServiceTicket !== null || facts.shelvedUntil !== null || facts.suppressedBy !== null;
        expect(visible.includes(facts.state), where).toBe(!hidden);
        if (!hidden && condition) expect(['UNACK', 'ACKED'], where).toContain(facts.state);
        if (!hidden && !condition) expect(['NORM', 'RTNUN', 'LUNACK', 'LACKED'], where).toContain(facts.state);
        if (facts.state === 'ACKED') expect(facts.acknowledged, where).toBe(true);
        if (rule === traits) expect(['LUNACK', 'LACKED'], where).not.toContain(facts.state);
      }
    }
    expect(seen).toEqual(new Set(alarmStates));
  });
});
