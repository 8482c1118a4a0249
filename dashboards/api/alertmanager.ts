/**
 * Alerts of a Prometheus Alertmanager come in by its webhook and become alarms of the kind `external`: opened when firing, returned when resolved, told and
 * signed off like any other. https://prometheus.io/docs/alerting/latest/configuration/#webhook_config, payload version 4.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import { type AlarmDefinition, openEngineDesk } from '../../desk/index.ts';
import { externalRule, type Priority } from '../../shared/alarm.ts';
import { Fault } from '../../shared/errors.ts';
import { systemSchema, tradeSchema } from '../../shared/system.ts';
import { fill, type Text } from '../../shared/text.ts';
import type { App, RouteContext } from '../route-context.ts';
import { problems } from './schemas.ts';

/** In one transaction, before others have their turn. */
const atOnce = 100;
const texts = z.record(z.string(), z.string());
const alert = z.looseObject({
  status: z.enum(['firing', 'resolved']),
  labels: texts,
  annotations: texts.default({}),
  startsAt: z.iso.datetime({ offset: true }),
  generatorURL: z.string().optional(),
  fingerprint: z.string().regex(/^[0-9a-f]{1,64}$/),
});
/** Before the year 2000 nothing of ours began: Go writes the year 1 for a time that is not set. */
const earliest = Date.UTC(2000, 0, 1);
const payload = z.looseObject({
  version: z.literal('4'),
  receiver: z.string().optional(),
  externalURL: z.string().default(''),
  truncatedAlerts: z.number().int().default(0),
  alerts: z.array(z.unknown()).max(10_000).meta({ description: 'Each as the webhook of Alertmanager gives it; each is judged by itself' }),
});
type Alert = z.infer<typeof alert>;

const words = {
  title: { zh: '外部告警：{name}', en: 'External alert: {name}' },
  message: { zh: '来自 Prometheus Alertmanager（{from}）：{said}', en: 'From Prometheus Alertmanager ({from}): {said}' },
  check: { zh: '在外部监控系统中查看：{where}', en: 'Look at it in the monitoring that sent it: {where}' },
  location: { zh: '外部监控 {place}', en: 'External monitoring {place}' },
} satisfies Record<string, Text>;

/** Severities as people use them; an unknown one opens a ticket and calls nobody. */
const priorities = new Map<string, Priority>(
  Object.entries({
    critical: 'critical',
    page: 'critical',
    error: 'high',
    high: 'high',
    major: 'high',
    warning: 'medium',
    info: 'low',
    none: 'low',
  } as const),
);
const shortly = (text: string, most: number) => {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
};

export const externalId = (fingerprint: string) => `${externalRule.toLowerCase()}.${fingerprint}`;

function definitionOf({ labels, annotations, generatorURL, fingerprint }: Alert, from: string): AlarmDefinition {
  const id = externalId(fingerprint);
  const said = shortly(annotations.summary ?? annotations.description ?? annotations.message ?? labels.alertname ?? '', 400);
  const both = (text: Text, values: Record<string, string>): Text => ({
    zh: fill(text.zh, values).trim(),
    en: fill(text.en, values).trim(),
  });
  const priority = priorities.get((labels.severity ?? '').toLowerCase()) ?? 'medium';
  return {
    id,
    rule: externalRule,
    device: 'alertmanager',
    quantity: null,
    system: systemSchema.safeParse(labels.system).data ?? 'environment',
    priority,
    trade: tradeSchema.safeParse(labels.trade).data ?? 'general',
    // What protects lives is judged here from readings, never on the word of another program.
    lifeSafety: false,
    latching: false,
    unit: '',
    title: both(words.title, { name: shortly(labels.alertname ?? fingerprint, 120) }),
    message: both(words.message, { from: shortly(from, 200), said }),
    check: both(words.check, { where: shortly(annotations.runbook_url ?? generatorURL ?? from, 300) }),
    location: both(words.location, { place: shortly(labels.instance ?? labels.job ?? '', 120) }),
    building: null,
    department: null,
    source: 'external',
    ticket: priority !== 'low',
    causeKey: id,
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();

export function alertmanagerRoutes(app: App, { site, db, clock, log, secret }: RouteContext): void {
  const desk = openEngineDesk({ db, clock });
  const expected = site.alertmanager_in?.token;

  /** Opens or returns one; true when that changed something. */
  const take = (one: Alert, from: string): boolean => {
    // What we sent out ourselves does not come back in.
    if (one.labels.site === site.site.id && one.labels.alarm !== undefined) return false;
    const id = externalId(one.fingerprint);
    const known = desk.alarm(id);
    const said = Date.parse(one.startsAt);
    const startedAt = said < earliest ? (known?.active ? (known.raisedAt ?? clock.now()) : clock.now()) : Math.min(said, clock.now());
    if (one.status === 'resolved') {
      // The end of an earlier occurrence may come late.
      if (!known?.active || startedAt < (known.raisedAt ?? 0)) return false;
      desk.clear(id, { at: clock.now(), value: null });
      return true;
    }
    if (known?.active) {
      if (startedAt <= (known.raisedAt ?? 0)) return false;
      // It began anew, and the end in between was not heard.
      desk.clear(id, { at: startedAt, value: null });
    }
    desk.raise(definitionOf(one, from), { at: startedAt, value: null, limit: null });
    return true;
  };

  app.post(
    '/api/alertmanager',
    {
      bodyLimit: 1_048_576,
      config: { permission: 'open', rateLimit: { max: 300, timeWindow: '1 minute' } },
      schema: {
        description:
          'Webhook of a Prometheus Alertmanager, with the bearer token of the site file (`alertmanager_in`). One bad alert does not hold back the others: they are taken, and the answer is 400',
        body: payload,
        response: { 200: z.object({ taken: z.number().int(), ignored: z.number().int() }), ...problems },
      },
      // Before the body is read and judged: who has no token learns nothing.
      async onRequest(request) {
        if (!expected) throw new Fault('desk/unknown', 'The site file takes no alerts (alertmanager_in)');
        const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1] ?? '';
        if (!timingSafeEqual(digest(given), digest(secret(expected).reveal())))
          throw new Fault('api/denied', 'The bearer token of alertmanager_in is needed', { detail: { status: 401 } });
      },
    },
    async ({ body: { alerts, externalURL, truncatedAlerts } }) => {
      if (truncatedAlerts > 0) log.warn({ truncated: truncatedAlerts }, 'Alertmanager has more alerts than it sends');
      let taken = 0;
      const bad: { field: string; message: string }[] = [];
      const failed: unknown[] = [];
      const good: Alert[] = [];
      for (const [index, one] of alerts.entries()) {
        const read = alert.safeParse(one);
        if (read.success) good.push(read.data);
        else {
          const [issue] = read.error.issues;
          bad.push({ field: ['alerts', index, ...(issue?.path ?? [])].join('.'), message: issue?.message ?? 'Invalid input' });
        }
      }
      const takeAll = (some: readonly Alert[]) => db.transact(() => some.filter((one) => take(one, externalURL)).length);
      for (let at = 0; at < good.length; at += atOnce) {
        const some = good.slice(at, at + atOnce);
        try {
          taken += takeAll(some);
        } catch {
          for (const one of some) {
            try {
              taken += takeAll([one]);
            } catch (error) {
              failed.push(error);
            }
          }
        }
        await setImmediate();
      }
      if (failed.length > 0) {
        log.error({ err: failed[0], failed: failed.length, taken }, 'alerts of Alertmanager could not be taken');
        throw failed[0];
      }
      if (bad.length > 0) {
        const message = `${bad.length} of ${alerts.length} alerts cannot be read and were not taken`;
        log.warn({ bad: bad.slice(0, 20), taken }, message);
        throw new Fault('api/invalid', message, { detail: { errors: bad.slice(0, 20) } });
      }
      return { taken, ignored: alerts.length - taken };
    },
  );
}
