/**
 * Readings that come when newer ones of the same device were judged already: after an outage a gateway sends its backlog beside what is live. They are
 * judged by an engine of their own, in their own order and at their own time. What began and ended among them is told of as one alarm that has come and
 * gone, with words on how old it is; what still goes on is the live engine's, which sees it too (docs/decisions/0014).
 */

import type { EngineDesk } from '../desk/index.ts';
import type { Clock } from '../shared/clock.ts';
import type { Log } from '../shared/log.ts';
import type { Readings } from '../shared/readings.ts';
import { SeenMessages } from './dedupe.ts';
import { type Condition, type Engine, openEngine } from './engine.ts';
import { messageOf } from './message.ts';
import type { Instance, RuleBook } from './pack.ts';
import { openSuppression, type Seasons, type Suppression } from './suppression.ts';

/** Real time without a late reading: the backlog is through. */
const quietMs = 60_000;
/** A backlog has every poll: where the next is missing nothing is known, and no delay runs on. */
const mostPolls = 2;

export interface BackfillDeps {
  book: RuleBook;
  desk: EngineDesk;
  clock: Clock;
  log: Log;
  seasons: Seasons | undefined;
  speed: number;
  /** Something was told to the desk. */
  told(): void;
}

export interface Backfill extends Disposable {
  /** Every message is shown here first. True: it came before. */
  isRepeated(gateway: string, message: Readings): boolean;
  /** One that the live engine did not take, since it had judged newer ones. */
  take(device: string, message: Readings): void;
}

interface Session {
  engine: Engine;
  suppression: Suppression;
  /** First and newest late message of each device. */
  spans: Map<string, { first: number; last: number }>;
  begun: Map<string, Condition & { hidden: boolean }>;
}

export function openBackfill(deps: BackfillDeps): Backfill {
  const { book, desk, clock, log, seasons, speed } = deps;
  const seen = new SeenMessages();
  // What judges silence has nothing to judge in a backlog: it has no silence of its own.
  const instances = book.instances.filter(({ inputs }) => inputs.every((input) => 'quantity' in input));
  let session: Session | undefined;
  let cancel = () => {};

  const open = (): Session => {
    const suppression = openSuppression(book, seasons);
    suppression.look(
      desk.maintenance().map(({ device }) => device),
      clock.now(),
    );
    const opened: Session = {
      suppression,
      spans: new Map(),
      begun: new Map(),
      engine: openEngine(instances, (condition) => hear(opened, condition)),
    };
    return opened;
  };

  function hear({ suppression, begun, spans }: Session, condition: Condition): void {
    const { instance, active, at } = condition;
    const hidden = () => suppression.hiddenBy(instance) !== undefined;
    suppression.note(instance, active);
    if (active) return void begun.set(instance.id, { ...condition, hidden: hidden() });
    const raised = begun.get(instance.id);
    begun.delete(instance.id);
    if (!raised || raised.hidden || hidden() || !seenEnough(instance, raised.at, spans) || known(instance.id, raised.at, at)) return;
    const message = messageOf(instance, { ...raised, now: clock.now() });
    desk.batch(() => {
      const { value, limit, worst } = raised;
      desk.raise({ ...instance.definition, message }, { at: raised.at, value, limit, ...(worst ? { worst } : {}) });
      desk.clear(instance.id, condition);
    });
    log.info({ alarm: instance.id, at: new Date(raised.at).toISOString() }, 'late readings show an alarm that has come and gone');
    deps.told();
  }

  /** A judge that needs a past must have seen it among the late readings. */
  const seenEnough = ({ kind, params, inputs, onDelayMs }: Instance, at: number, spans: Session['spans']) =>
    inputs.every(({ device }) => (spans.get(device)?.first ?? Number.POSITIVE_INFINITY) + kind.windowMs(params) <= at - onDelayMs);

  /** Did the desk have the alarm at any time between? Then these readings, or others of the same time, were judged. */
  const known = (id: string, from: number, to: number): boolean => {
    if (desk.alarm(id)?.active) return true;
    let end = Number.POSITIVE_INFINITY;
    for (const { event, detail } of desk.journal({ kind: 'alarm', id })) {
      if (event === 'clear') end = Number(detail.at);
      if (event === 'raise' && Number(detail.at) <= to && end >= from) return true;
    }
    return false;
  };

  return {
    isRepeated: (gateway, { boot, seq }) => !seen.add(gateway, boot, seq),
    take(device, { t, v, bad }) {
      session ??= open();
      const { engine, spans } = session;
      const span = spans.get(device);
      const gapMs = gapOf(book, device);
      if (span && t - span.last > gapMs) engine.status(device, span.last + gapMs, false);
      spans.set(device, { first: span?.first ?? t, last: t });
      engine.readings(device, t, v, bad);
      cancel();
      cancel = clock.after(quietMs * speed, () => {
        session = undefined;
      });
    },
    [Symbol.dispose]: () => cancel(),
  };
}

const gapOf = ({ plant }: RuleBook, device: string) => mostPolls * (plant.devices.get(device)?.pollMs ?? 0);
