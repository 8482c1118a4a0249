/**
 * Publishes alarms and tickets as the desk holds them, whoever moved them: follows the journal from a position that is kept in the
 * operations database. The position moves on only when the broker has taken the message, so nothing is lost over a crash; a message that
 * is sent twice carries the same version.
 */
import type { MqttClient } from 'mqtt';
import type { EngineDesk } from '../desk/index.ts';
import { isOpen } from '../desk/index.ts';
import { type Clock, inRounds } from '../shared/clock.ts';
import { reasonOf } from '../shared/errors.ts';
import type { Log } from '../shared/log.ts';
import { isClosed } from '../shared/ticket.ts';
import { topics } from '../shared/topic.ts';

const cursorName = 'published';
/** Real time. */
const pollMs = 500;
const batch = 500;
/** Numbers of now: of one alarm at most so often (real time), of all at most so many at once. */
const showEveryMs = 10_000;
const mostShown = 50;

export interface Publisher extends AsyncDisposable {
  /** Something was moved in this process: publish now and not at the next poll. */
  kick(): void;
  /** The number of now changed at these alarms; each is told again at most every few seconds. */
  show(alarms: readonly string[]): void;
}

export function openPublisher(desk: EngineDesk, client: MqttClient, site: string, clock: Clock, log: Log, speed = 1): Publisher {
  let cursor = desk.cursor(cursorName);
  let running: Promise<void> | undefined;
  let again = false;
  let closed = false;
  let failing = false;

  const send = (topic: string, payload: string, retain: boolean) => client.publishAsync(topic, payload, { qos: 1, retain });
  const sendAlarm = (id: string): Promise<unknown>[] => {
    const alarm = desk.alarm(id);
    if (!alarm) return [];
    const topic = topics.alarm(site, id);
    const text = JSON.stringify(alarm);
    return isOpen(alarm) ? [send(topic, text, true)] : [send(topic, text, false), send(topic, '', true)];
  };
  const sendTicket = (id: string): Promise<unknown>[] => {
    const ticket = desk.ticket(id);
    if (!ticket) return [];
    const topic = topics.ticket(site, id);
    const text = JSON.stringify(ticket);
    return isClosed(ticket) ? [send(topic, text, false), send(topic, '', true)] : [send(topic, text, true)];
  };

  const follow = async () => {
    while (!closed && client.connected) {
      const entries = desk.journalSince(cursor, batch);
      const last = entries.at(-1);
      if (!last) return;
      // Several moves of one alarm: its present state says it all; the journal has the steps.
      const alarms = new Set(entries.filter((entry) => entry.kind === 'alarm').map((entry) => entry.id));
      const tickets = new Set(entries.filter((entry) => entry.kind === 'ticket').map((entry) => entry.id));
      await Promise.all([...[...alarms].flatMap(sendAlarm), ...[...tickets].flatMap(sendTicket)]);
      if (closed) return;
      cursor = last.seq;
      desk.setCursor(cursorName, cursor);
    }
  };
  const run = () => {
    if (closed || !client.connected) return;
    if (running) {
      again = true;
      return;
    }
    running = follow()
      .then(() => {
        failing = false;
      })
      .catch((error: unknown) => {
        if (!failing) log.warn({ reason: reasonOf(error) }, 'alarms wait for the broker');
        failing = true;
      })
      .finally(() => {
        running = undefined;
        if (again) {
          again = false;
          run();
        }
      });
  };

  // A broker that keeps nothing over its restart is told again what is open.
  const onConnect = () => {
    const open = [
      ...desk.alarms({ limit: Number.MAX_SAFE_INTEGER }).flatMap((alarm) => sendAlarm(alarm.id)),
      ...desk.tickets({ limit: Number.MAX_SAFE_INTEGER }).flatMap((ticket) => sendTicket(ticket.id)),
    ];
    Promise.all(open).then(run, (error: unknown) => log.debug({ reason: reasonOf(error) }, 'broker went away while told what is open'));
  };
  client.on('connect', onConnect);
  if (client.connected) onConnect();

  const cancel = inRounds(clock, pollMs * speed, run);

  const shownAt = new Map<string, number>();
  return {
    kick: run,
    show(alarms) {
      if (closed || !client.connected) return;
      const now = clock.monotonic();
      for (const [id, at] of shownAt) if (now - at > showEveryMs) shownAt.delete(id);
      const due = alarms.filter((id) => !shownAt.has(id)).slice(0, mostShown);
      for (const id of due) shownAt.set(id, now);
      const tickets = new Set(due.flatMap((id) => desk.alarm(id)?.ticket ?? []));
      Promise.all([...due.flatMap(sendAlarm), ...[...tickets].flatMap(sendTicket)]).catch((error: unknown) =>
        log.debug({ reason: reasonOf(error) }, 'broker went away while told the numbers of now'),
      );
    },
    async [Symbol.asyncDispose]() {
      cancel();
      client.off('connect', onConnect);
      run();
      await running;
      closed = true;
    },
  };
}
