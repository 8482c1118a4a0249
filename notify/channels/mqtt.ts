/**
 * Another MQTT broker: each notice as JSON on one topic (QoS 1), for sirens, lamps, building systems and scripts of the hospital. MQTT 5, since only there
 * does a broker say why it refuses. Alarms and tickets themselves are on Plantroom's own broker anyway (docs/mqtt.md).
 */
import { connectAsync, ErrorWithReasonCode, type MqttClient } from 'mqtt';
import { z } from 'zod';
import { Fault, reasonOf } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, plainText } from '../channel.ts';
import { answerMs } from '../post.ts';

/** A broker takes far more; readers of a topic should not have to. */
const mostBytes = 64_000;
/** Reason codes of MQTT 5: not authorized, bad user or password, banned; quota or rate; and those that say the message itself is wrong. */
const denied = [0x86, 0x87, 0x8a, 0x8c];
const limited = [0x96, 0x97];
const refused = [0x90, 0x95, 0x99, 0x9a, 0x9b];

export default defineChannel({
  id: 'mqtt',
  title: { zh: 'MQTT 代理', en: 'MQTT broker' },
  audience: 'group',
  alarmsOnly: true,
  perMinute: 600,
  options: z.strictObject({
    url: z.url({ protocol: /^mqtts?$/ }).meta({ description: 'mqtt://host:1883 or mqtts://host:8883, without user and password' }),
    topic: z
      .string()
      .regex(/^[^#+\s]+$/, 'a topic without wildcards')
      .default('plantroom/notices'),
    user: z.string().min(1).optional(),
    password: secretReference.optional(),
  }),
  check: ({ url }) =>
    new URL(url).username || new URL(url).password
      ? [{ path: ['url'], found: '<secret>', allowed: 'an address without user and password; they stand under user and password' }]
      : [],
  open({ url, topic, user, password }, deps) {
    const key = password && deps.secret(password);
    let client: MqttClient | undefined;
    let connecting: Promise<MqttClient> | undefined;
    /** Several at once share one connection. */
    const connected = async (): Promise<MqttClient> => {
      if (client?.connected) return client;
      connecting ??= connect().finally(() => {
        connecting = undefined;
      });
      return connecting;
    };
    const connect = async (): Promise<MqttClient> => {
      client?.end(true);
      client = undefined;
      client = await connectAsync(url, {
        protocolVersion: 5,
        reconnectPeriod: 0,
        connectTimeout: answerMs,
        ...(user === undefined ? {} : { username: user }),
        ...(key ? { password: key.reveal() } : {}),
      });
      // Told when it is next used.
      client.on('error', () => undefined);
      return client;
    };
    return {
      async send(notice, signal, handOver) {
        const body = (text: string) =>
          JSON.stringify({
            key: notice.key,
            step: notice.step,
            site: notice.site.id,
            priority: notice.priority,
            lifeSafety: notice.lifeSafety,
            subject: notice.subject,
            text,
            alarms: notice.alarms.map(({ id, occurrence, device, rule }) => ({ id, occurrence, device, rule })),
          });
        const text = plainText(notice);
        const whole = Buffer.byteLength(body(text)) <= mostBytes ? text : shortened(notice, body);
        const link = await Promise.race([connected(), ended(signal)]).catch((error: unknown) => {
          throw faultOf(error, false);
        });
        await handOver?.();
        try {
          await Promise.race([link.publishAsync(topic, body(whole), { qos: 1, retain: false }), closed(link), ended(signal)]);
        } catch (error) {
          link.end(true);
          throw faultOf(error, true);
        }
        return { answer: 'PUBACK' };
      },
      async [Symbol.asyncDispose]() {
        await client?.endAsync(true);
        client = undefined;
      },
    };
  },
});

/** Lines are left out until it fits; the footer stays. */
function shortened(notice: Parameters<typeof plainText>[0], body: (text: string) => string): string {
  const lines = notice.lines.map((line) => ({ ...line, text: line.text.slice(0, 2_000) }));
  let text = plainText({ ...notice, lines });
  while (Buffer.byteLength(body(text)) > mostBytes && lines.length > 0) {
    lines.pop();
    text = plainText({ ...notice, lines });
  }
  return text;
}

const ended = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => {
    const stop = () => reject(new Error('no answer'));
    if (signal.aborted) stop();
    else AbortSignal.any([signal, AbortSignal.timeout(answerMs)]).addEventListener('abort', stop, { once: true });
  });
const closed = (client: MqttClient) =>
  new Promise<never>((_, reject) => client.once('close', () => reject(new Error('the connection ended'))));

/** `sent`: the message may have arrived. */
function faultOf(error: unknown, sent: boolean): Fault {
  const reason = reasonOf(error);
  const code = error instanceof ErrorWithReasonCode ? error.code : undefined;
  if (code !== undefined && denied.includes(code)) return new Fault('notify/denied', reason);
  if (code !== undefined && limited.includes(code)) return new Fault('notify/limited', reason);
  if (code !== undefined && refused.includes(code)) return new Fault('notify/refused', reason);
  return new Fault('notify/unreachable', `the broker cannot be reached: ${reason}`, { detail: { uncertain: sent && code === undefined } });
}
