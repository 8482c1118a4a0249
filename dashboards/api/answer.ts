/**
 * Answers from the phone: the page of a one-time link, and the three answers. Only POST acts, since mail scanners and chat previews open links.
 * The link is the proof of who answers: no cookie is needed, and so no other site can make a signed-in browser answer.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { cookieName } from '../../access/index.ts';
import { type AnswerKind, type AnswerLink, answerKinds, openAnswerLinks } from '../../desk/index.ts';
import type { Alarm } from '../../shared/alarm.ts';
import { isFault, reasonOf } from '../../shared/errors.ts';
import { escalationSteps } from '../../shared/escalation.ts';
import type { Person } from '../../shared/site.ts';
import { fill, type Language, type Text } from '../../shared/text.ts';
import { isClosed } from '../../shared/ticket.ts';
import { alarmPage, saidPage, sendPage } from '../answer/page.ts';
import { words } from '../answer/words.ts';
import type { App, RouteContext } from '../route-context.ts';

const trendMs = 6 * 3_600_000;
const bucketMs = 5 * 60_000;
/** Phones of a hospital may share one address. */
const perAddress = { max: 60, timeWindow: '1 minute' } as const;
const token = z.string().max(200);
const lang = z.enum(['zh', 'en']).optional().catch(undefined);

interface Asked {
  link: AnswerLink;
  alarm: Alarm;
  person: Person;
}
type Refusal = { status: number; text: Text; values?: Record<string, string> };

export function answerRoutes(app: App, context: RouteContext): void {
  const { site, db, desk, accounts, clock, wall, log } = context;
  const links = openAnswerLinks(db);
  const nameOf = (id: string) => site.people.find((person) => person.id === id)?.name ?? id;

  const look = (request: FastifyRequest, secret: string): Asked | Refusal => {
    const link = links.find(secret);
    const person = link && site.people.find(({ id }) => id === link.person);
    if (!link || !person) return { status: 404, text: words.notValid };
    if (link.endsAt <= wall.now()) return { status: 410, text: words.expired };
    if (link.usedAt !== null) return { status: 410, text: words.used };
    const cookie = request.cookies[cookieName];
    const user = cookie ? accounts.session(cookie)?.user : undefined;
    if (user && user.name !== person.id) return { status: 403, text: words.another };
    const alarm = desk.alarm(link.alarm);
    if (!alarm || alarm.occurrence !== link.occurrence || alarm.state === 'NORM') return { status: 410, text: words.ended };
    return { link, alarm, person };
  };
  const refuse = (reply: FastifyReply, language: Language, { status, text, values }: Refusal) =>
    sendPage(reply, status, saidPage(language, words.refused[language], fill(text[language], values ?? {})));
  const languageOf = (secret: string, wanted: Language | undefined) => wanted ?? links.find(secret)?.language ?? site.site.language;

  /** The worst of each bucket: a mean could hide the danger that the notice is about. */
  const trend = async (alarm: Alarm) => {
    const { device, quantity, system } = alarm;
    if (quantity === null) return [];
    const to = clock.now();
    try {
      return await context.store().series({
        measurement: context.devices.get(device)?.system ?? system, device, field: quantity, from: to - trendMs, to, every: bucketMs, aggregate: alarm.limit !== null && alarm.value !== null && alarm.value < alarm.limit ? 'min' : 'max',
      }); // biome-ignore format: one question
    } catch (error) {
      // Who is called must be able to answer, also while the store is away.
      log.warn({ device, reason: reasonOf(error) }, 'an answer page goes without its trend');
      return [];
    }
  };

  /** What the person wants, or why it cannot be. Inside a transaction. */
  const act = ({ link, alarm, person }: Asked, answer: AnswerKind, language: Language): string | Refusal => {
    const now = clock.now();
    if (alarm.acknowledged) return { status: 409, text: words.already, values: { person: nameOf(alarm.acknowledgedBy ?? '–') } };
    if (answer !== 'take' && alarm.state !== 'UNACK') return { status: 409, text: words.notCalling };
    if (!links.use(link, answer, wall.now())) return { status: 410, text: words.used };
    const who = { id: person.id };
    if (answer === 'take') {
      desk.acknowledge(alarm.id, who);
      const ticket = alarm.ticket === null ? undefined : desk.ticket(alarm.ticket);
      const mine = ticket !== undefined && !isClosed(ticket) && ticket.state !== 'resolved';
      if (mine && ticket.assignee !== person.id) desk.assign(ticket.id, who, person.id);
      return words.taken[language] + (mine ? ` ${fill(words.takenTicket[language], { ticket: ticket.id })}` : '');
    }
    const waiting = links.told(alarm.id, alarm.occurrence).filter((one) => one.person !== person.id && one.answer === null);
    const stays = answer === 'cannot' && waiting.length > 0;
    const steps = escalationSteps(site, alarm.priority, alarm.lifeSafety).length;
    const called = links.passOn(link, answer, now, stays ? 0 : steps);
    if (stays)
      return fill(words.othersCalled[language], { names: waiting.map((one) => nameOf(one.person)).join(language === 'zh' ? '、' : ', ') });
    return called ? words.passed[language] : words.nobodyLeft[language];
  };

  app.register(async (plugin) => {
    const inner = plugin as unknown as App;
    // The forms are empty; what they say stands in their address.
    plugin.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _text, done) =>
      done(null, undefined),
    );
    inner.get(
      '/a/:token',
      {
        config: { permission: 'open', rateLimit: perAddress },
        schema: {
          description: 'HTML. The page of a notice for one person, by the link in it',
          security: [],
          params: z.object({ token }),
          querystring: z.object({ lang }),
        },
      },
      async (request, reply) => {
        const secret = request.params.token;
        const language = languageOf(secret, request.query.lang);
        const asked = look(request, secret);
        if ('status' in asked) return refuse(reply, language, asked);
        const { link, alarm, person } = asked;
        const others = links.told(alarm.id, alarm.occurrence).filter((one) => one.person !== person.id);
        const html = alarmPage({
          alarm,
          site: site.site,
          person: person.name,
          language,
          token: secret,
          points: await trend(alarm),
          others: others.map((one) => ({ name: nameOf(one.person), answer: one.answer })),
          endsAt: link.endsAt,
        });
        return sendPage(reply, 200, html);
      },
    );
    inner.post(
      '/a/:token/:answer',
      {
        bodyLimit: 1_024,
        config: { permission: 'open', rateLimit: perAddress },
        schema: {
          description: 'HTML. take, pass or cannot; once',
          security: [],
          params: z.object({ token, answer: z.string().max(20) }),
          querystring: z.object({ lang }),
        },
      },
      async (request, reply) => {
        const { token: secret, answer } = request.params;
        const language = languageOf(secret, request.query.lang);
        const kind = answerKinds.find((one) => one === answer);
        try {
          const outcome = db.transact(() => {
            const asked = look(request, secret);
            if ('status' in asked) return asked;
            if (kind === undefined) return { status: 404, text: words.notValid };
            const done = act(asked, kind, language);
            if (typeof done === 'string')
              accounts.audit(asked.person.id, `alarm.answer.${kind}`, asked.alarm.id, null, { occurrence: asked.link.occurrence });
            return done;
          });
          if (typeof outcome !== 'string') return refuse(reply, language, outcome);
          const ticket = kind === 'take' ? desk.alarm(links.find(secret)?.alarm ?? '')?.ticket : undefined;
          // This page is /a/<token>/take, also below the path of a proxy.
          const on = ticket ? { href: `../../#/tickets/${ticket}`, label: fill(words.toTicket[language], { ticket }) } : undefined;
          return sendPage(reply, 200, saidPage(language, words.done[language], outcome, on));
        } catch (error) {
          if (isFault(error, 'desk/transition')) return refuse(reply, language, { status: 409, text: words.notCalling });
          throw error;
        }
      },
    );
  });
}
