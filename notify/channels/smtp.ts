/**
 * E-mail over SMTP (RFC 5321), one message for each person on call. The hospital's own relay is enough; nothing needs the internet.
 * Connects for each message: alarms are rare, and a connection that idles for hours is dead when it is needed.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Transform } from 'node:stream';
import { z } from 'zod';
import { Fault, reasonOf } from '../../shared/errors.ts';
import { secretReference } from '../../shared/site.ts';
import { defineChannel, plainText } from '../channel.ts';
import { answerMs, type HandOver, shortly } from '../post.ts';

/** A dialogue of some ten steps; each may take answerMs, all together not more than this. */
const wholeMs = 20_000;
/** With a document. */
const wholeDocumentMs = 60_000;

export default defineChannel({
  id: 'smtp',
  title: { zh: '电子邮件', en: 'E-mail' },
  audience: 'person',
  reports: true,
  address: (person) => person.email,
  addressName: { zh: '电子邮箱', en: 'email' },
  perMinute: 30,
  options: z.strictObject({
    host: z.string().min(1).meta({ description: 'Mail server' }),
    port: z.number().int().min(1).max(65_535).default(587),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .meta({ description: 'starttls: must switch to TLS (port 587); tls: from the first byte (port 465); none: relay without password' }),
    ca: z
      .string()
      .min(1)
      .optional()
      .meta({ description: "File with the hospital's own certificate authority, PEM, relative to the site file" }),
    username: z.string().min(1).optional(),
    password: secretReference.optional(),
    from: z.email().meta({ description: 'Address of the sender' }),
    reply_to: z.email().optional(),
  }),
  check({ security, username, password }) {
    if ((username === undefined) !== (password === undefined))
      return [{ path: ['password'], found: undefined, allowed: 'username and password together' }];
    if (security === 'none' && password !== undefined) {
      return [{ path: ['security'], found: security, allowed: 'starttls or tls where there is a password' }];
    }
    return [];
  },
  async open(options, deps) {
    const { createTransport } = await import('nodemailer');
    const { security } = options;
    const password = options.password && deps.secret(options.password);
    const ca = options.ca === undefined ? undefined : readAuthority(deps.path(options.ca));
    return {
      async send(notice, signal, handOver) {
        const person = notice.to[0];
        if (person?.email === undefined) throw new Fault('notify/refused', 'the person has no e-mail address');
        const domain = options.from.split('@')[1] ?? 'plantroom';
        const idOf = (text: string) => `<${createHash('sha256').update(text).digest('hex').slice(0, 40)}@${domain}>`;
        const { thread } = notice;
        // The first mail of an alarm to a person begins the thread; those after it belong to it and bear its subject, by which Gmail and Outlook go too.
        const first = thread && idOf(`${thread.id} ${person.id}`);
        const begins = first !== undefined && notice.step === 'raised';
        const mailer = createTransport({
          host: options.host,
          port: options.port,
          secure: security === 'tls',
          requireTLS: security === 'starttls',
          ignoreTLS: security === 'none',
          connectionTimeout: answerMs,
          greetingTimeout: answerMs,
          socketTimeout: answerMs,
          socketCloseTimeout: 500,
          dnsTimeout: answerMs,
          disableFileAccess: true,
          disableUrlAccess: true,
          ...(ca === undefined ? {} : { tls: { ca } }),
          ...(options.username === undefined || !password ? {} : { auth: { user: options.username, pass: password.reveal() } }),
        });
        // The message is read once the server knows us, and before it is told of sender and receiver.
        let onWire = false;
        mailer.use('stream', (mail, next) => {
          mail.message.transform(() =>
            held(async () => {
              await handOver?.();
              onWire = true;
            }),
          );
          next();
        });
        try {
          const { response } = await mailer.sendMail({
            signal: AbortSignal.any([signal, AbortSignal.timeout(notice.document ? wholeDocumentMs : wholeMs)]),
            from: { name: notice.site.name, address: options.from },
            to: { name: person.name, address: person.email },
            ...(options.reply_to === undefined ? {} : { replyTo: options.reply_to }),
            subject: thread && !begins ? `Re: ${thread.subject}` : notice.subject,
            text: plainText(notice),
            ...(notice.document === undefined
              ? {}
              : {
                  attachments: [{ filename: notice.document.name, contentType: notice.document.type, content: notice.document.content }],
                }),
            // The same at each try: mail systems and readers know a repetition by it.
            messageId: begins ? first : idOf(notice.key),
            ...(first === undefined || begins ? {} : { inReplyTo: first, references: first }),
            date: new Date(deps.wire.now()),
            headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
            priority: notice.lifeSafety || notice.priority === 'critical' ? 'high' : 'normal',
          });
          return { answer: shortly(String(response)) };
        } catch (error) {
          throw asFault(error, onWire);
        } finally {
          mailer.close();
        }
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});

/** Lets nothing through before it may go. */
const held = (handOver: HandOver): Transform => {
  const may = handOver();
  may.catch(() => undefined);
  return new Transform({
    transform(part, _, next) {
      may.then(() => next(null, part), next);
    },
  });
};

function readAuthority(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Fault('secret/missing', `the certificate file ${file} cannot be read`, { cause });
  }
}

/** Reply codes: 4yz try again, 5yz for good (RFC 5321 4.2.1); 530, 534, 535, 538 are about our credentials (RFC 4954). */
function asFault(error: unknown, onWire: boolean): Fault {
  if (error instanceof Fault) return error;
  const { code, responseCode, command, syscall } = error as { code?: string; responseCode?: number; command?: string; syscall?: string };
  const said = shortly(reasonOf(error));
  if (code === 'EAUTH' || code === 'ENOAUTH' || [530, 534, 535, 538].includes(responseCode ?? 0)) return new Fault('notify/denied', said);
  if (responseCode !== undefined && responseCode >= 500 && responseCode !== 521) return new Fault('notify/refused', said);
  if (code === 'EENVELOPE' && responseCode === undefined) return new Fault('notify/refused', said);
  // Without a reply, and not for want of a connection: the server may have taken it.
  const unconnected = code === 'EDNS' || code === 'ETLS' || syscall === 'connect' || (code === 'ETIMEDOUT' && command === 'CONN');
  const uncertain = onWire && responseCode === undefined && !unconnected;
  return new Fault('notify/unreachable', said, { detail: { uncertain } });
}
