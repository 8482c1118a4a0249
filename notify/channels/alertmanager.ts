/**
 * Prometheus Alertmanager, API v2 (https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml): an alert for each alarm, told by its labels.
 * An alert that is not repeated ends by itself; `endsAt` therefore lies far ahead while the alarm stands, and is the truth once it returned.
 */
import { z } from 'zod';
import type { Alarm } from '../../shared/alarm.ts';
import { Fault } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, type Notice } from '../channel.ts';
import { postJson, shortly } from '../post.ts';
import { cut, fitted } from '../robot.ts';

const mostBytes = 16_000;
const oneLine = (text: string) => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
/** An alarm that nobody ended for so long is not forgotten by Alertmanager. */
const standsMs = 30 * 86_400_000;

export default defineChannel({
  id: 'alertmanager',
  title: { zh: 'Prometheus Alertmanager', en: 'Prometheus Alertmanager' },
  audience: 'group',
  alarmsOnly: true,
  perMinute: 300,
  options: z.strictObject({
    url: z.url({ protocol: /^https?$/ }).meta({ description: 'Alertmanager, such as http://alertmanager:9093' }),
    token: secretReference.optional().meta({ description: 'Bearer token, where a proxy in front of it wants one' }),
    labels: z
      .record(z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/), z.string())
      .default({})
      .meta({ description: 'Labels that every alert bears, for routing' }),
  }),
  open({ url, token, labels }, deps) {
    const bearer = token && deps.secret(token);
    const address = new URL('api/v2/alerts', url.endsWith('/') ? url : `${url}/`).href;
    return {
      async send(notice, signal, handOver) {
        const alerts = notice.alarms.map((alarm) => alertOf(alarm, notice, labels, deps.wire.now()));
        const headers = bearer ? { authorization: `Bearer ${bearer.reveal()}` } : {};
        const answer = await postJson(address, headers, JSON.stringify(alerts), signal, handOver);
        const { status } = answer;
        const said = `HTTP ${status} ${shortly(answer.text)}`.trim();
        // 200 without a body is what v2 documents; a proxy's page is no delivery.
        if (status === 200 && answer.text.trim() === '') return { answer: said };
        if (status === 200) throw new Fault('notify/unreachable', `${said}: no answer of Alertmanager`, { detail: { uncertain: true } });
        if (status === 429) throw new Fault('notify/limited', said, { detail: { retryAfterMs: answer.retryAfterMs } });
        if (status === 401 || status === 403) throw new Fault('notify/denied', said);
        if (status >= 500) throw new Fault('notify/unreachable', said, { detail: { uncertain: true } });
        throw new Fault('notify/refused', said);
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

/** Labels say which alarm it is and never change while it stands; what changes is an annotation. */
function alertOf(alarm: Alarm, notice: Notice, labels: Record<string, string>, now: number): object {
  const returned = notice.step === 'returned';
  const { language } = notice;
  const started = alarm.raisedAt ?? now;
  return {
    labels: {
      ...labels,
      alertname: alarm.rule,
      alarm: alarm.id,
      site: notice.site.id,
      device: alarm.device,
      system: alarm.system,
      severity: alarm.priority,
      life_safety: String(alarm.lifeSafety),
    },
    annotations: {
      summary: cut(oneLine(`${alarm.title[language]}, ${alarm.location[language]}`), 500),
      description: fitted(
        notice,
        mostBytes,
        (label, text) => `${label}${oneLine(text)}`,
        (lines) => [oneLine(cut(notice.subject, 500)), ...lines, ...notice.footer].join('\n'),
      ),
      key: notice.key,
    },
    // Alertmanager takes no start that lies after the end, nor one in its future.
    startsAt: new Date(Math.min(started, now)).toISOString(),
    endsAt: new Date(returned ? Math.max(now, Math.min(started, now)) : now + standsMs).toISOString(),
    ...(notice.link ? { generatorURL: notice.link.url } : {}),
  };
}
