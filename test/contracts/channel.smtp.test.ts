import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import smtp from '../../notify/channels/smtp.ts';
import { hangMs } from '../hang.ts';
import { freePort, needs } from '../servers.ts';
import { startSmtpServer } from '../smtp-server.ts';
import { type Behaviour, channelContract, depsFor, noticeFor, person } from './channel.ts';

const environment = { MAIL_PASSWORD: 'kR7-very-secret-9x' };
const user = { name: 'plantroom', password: environment.MAIL_PASSWORD };
const login = { username: user.name, password: { env: 'MAIL_PASSWORD' } };
const from = 'plantroom@hospital.example';
/** The server knows by the recipient how to behave. */
const recipients: Partial<Record<Behaviour, string>> = { busy: 'busy', refuses: 'unknown', silent: 'slow', cuts: 'cut' };

describe.runIf(needs('aiosmtpd'))('smtp', () => {
  channelContract('smtp', async () => {
    const server = await startSmtpServer({ tls: true, user });
    const settings = { host: '127.0.0.1', port: server.port, ca: server.ca, from, ...login };
    return {
      type: smtp,
      environment,
      settings,
      away: { ...settings, port: await freePort() },
      denied: { settings, environment: { MAIL_PASSWORD: 'another-one' } },
      received: () =>
        server.mails.map((mail) => ({
          text: `${mail.subject}\n${mail.text}`,
          key: mail.headers.find(([name]) => name === 'Message-ID')?.[1],
        })),
      behave(behaviour, notice) {
        const name = recipients[behaviour];
        return name === undefined ? notice : { ...notice, to: [{ ...person, email: `${name}@hospital.example` }] };
      },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    };
  });

  const deps = depsFor(environment);
  const never = new AbortController().signal;

  test('goes over TLS with a login, to one person, with a Chinese subject and name that other software reads', async () => {
    await using server = await startSmtpServer({ tls: true, user });
    const settings = { host: '127.0.0.1', port: server.port, ca: server.ca, from, ...login };
    await using channel = await smtp.open(smtp.options.parse(settings), deps);
    await channel.send(noticeFor(), never);
    await vi.waitFor(() => expect(server.mails).toHaveLength(1), hangMs);
    const [mail] = server.mails;
    expect(mail).toMatchObject({ tls: true, user: 'plantroom', to: [person.email], from });
    expect(mail?.subject).toBe('【紧急·生命安全】病区氧气压力低，住院楼 3 层 重症医学科');
    const header = (name: string) => mail?.headers.find(([one]) => one.toLowerCase() === name)?.[1];
    expect(header('to')).toContain('张建国');
    expect(header('from')).toContain('示范县医院');
    expect(header('auto-submitted')).toBe('auto-generated');
    expect(header('importance')).toBe('High');
  });

  test('the mails of one occurrence to a person are one thread with one subject; another occurrence or person begins his own', async () => {
    await using server = await startSmtpServer();
    const settings = { host: '127.0.0.1', port: server.port, security: 'none', from };
    await using channel = await smtp.open(smtp.options.parse(settings), deps);
    const base = 'demo/o2/3/x.9';
    const raised = noticeFor({}, { key: `${base}/raised/mail/zhang` });
    const later = { ...noticeFor({}, { key: `${base}/escalated/2/mail/zhang` }), step: 'escalated' as const, subject: '第2次呼叫' };
    const other = { ...raised, to: [{ ...person, id: 'zhao', email: 'zhao@hospital.example' }] };
    const again = noticeFor({}, { key: 'demo/o2/4/x.12/raised/mail/zhang' });
    for (const notice of [raised, later, other, again]) await channel.send(notice, never);
    await vi.waitFor(() => expect(server.mails).toHaveLength(4), hangMs);
    const header = (index: number, name: string) => server.mails[index]?.headers.find(([one]) => one.toLowerCase() === name)?.[1];
    const root = header(0, 'message-id');
    expect([header(0, 'in-reply-to'), header(1, 'in-reply-to'), header(1, 'references')]).toEqual([undefined, root, root]);
    expect(server.mails[1]?.subject).toBe(`Re: ${server.mails[0]?.subject}`);
    expect(server.mails[1]?.text).toContain('第2次呼叫');
    expect(new Set([0, 1, 2, 3].map((index) => header(index, 'message-id'))).size).toBe(4);
    expect([header(2, 'in-reply-to'), header(3, 'in-reply-to')]).toEqual([undefined, undefined]);
  });

  test('sends nothing to a server whose certificate it does not know, and nothing in the clear where TLS is wanted', async () => {
    await using server = await startSmtpServer({ tls: true, user });
    await using plain = await startSmtpServer();
    for (const port of [server.port, plain.port]) {
      await using channel = await smtp.open(smtp.options.parse({ host: '127.0.0.1', port, from, ...login }), deps);
      await expect(channel.send(noticeFor(), never)).rejects.toMatchObject({ code: 'notify/unreachable' });
    }
    expect([...server.mails, ...plain.mails]).toEqual([]);
  });

  test('a relay without TLS and password needs no more than host, port and sender', async () => {
    await using server = await startSmtpServer();
    await using channel = await smtp.open(smtp.options.parse({ host: '127.0.0.1', port: server.port, security: 'none', from }), deps);
    await channel.send(noticeFor(), never);
    await vi.waitFor(() => expect(server.mails).toHaveLength(1), hangMs);
    expect(smtp.check(smtp.options.parse({ host: 'h', security: 'none', from, ...login }))).toHaveLength(1);
    expect(smtp.check(smtp.options.parse({ host: 'h', from, username: 'u' }))).toHaveLength(1);
  });

  test('a server that speaks something else is a fault that passes', async () => {
    const server = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await using channel = await smtp.open(smtp.options.parse({ host: '127.0.0.1', port, from, security: 'none' }), deps);
    await expect(channel.send(noticeFor(), never)).rejects.toMatchObject({ code: 'notify/unreachable', retryable: true });
    server.close();
  });
});
