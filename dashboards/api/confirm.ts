/** The page behind the link of a test notice: only POST confirms, since mail scanners and chat previews open links. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { openTestNotices } from '../../desk/index.ts';
import type { Language } from '../../shared/text.ts';
import { confirmPage, saidPage, sendPage } from '../answer/page.ts';
import { words } from '../answer/words.ts';
import type { App, RouteContext } from '../route-context.ts';

const perAddress = { max: 60, timeWindow: '1 minute' } as const;
const params = z.object({ token: z.string().max(200) });
const querystring = z.object({ lang: z.enum(['zh', 'en']).optional().catch(undefined) });

export function confirmRoutes(app: App, { db, site, clock, wall }: RouteContext): void {
  const notices = openTestNotices(db);
  const nameOf = (id: string | null) => site.people.find((person) => person.id === id)?.name ?? id ?? '';
  const answer = (request: FastifyRequest, reply: FastifyReply, secret: string, lang: Language | undefined) => {
    const notice = notices.byToken(secret);
    const language = lang ?? site.site.language;
    if (!notice) return sendPage(reply, 404, saidPage(language, words.refused[language], words.testUnknown[language]));
    if (notice.confirmedAt !== null) return sendPage(reply, 200, saidPage(language, words.done[language], words.testConfirmed[language]));
    if ((notice.endsAt ?? 0) <= wall.now())
      return sendPage(reply, 410, saidPage(language, words.refused[language], words.testOver[language]));
    if (request.method !== 'POST')
      return sendPage(
        reply,
        200,
        confirmPage({ language, person: nameOf(notice.person), site: site.site.name, channel: notice.channel, token: secret }),
      );
    notices.confirm(notice.id, notice.person ?? '', clock.now());
    return sendPage(reply, 200, saidPage(language, words.done[language], words.testConfirmed[language]));
  };

  app.register(async (plugin) => {
    const inner = plugin as unknown as App;
    plugin.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, _text, done) =>
      done(null, undefined),
    );
    const config = { permission: 'open' as const, rateLimit: perAddress };
    inner.get(
      '/t/:token',
      { config, schema: { description: 'HTML. The page of a test notice for one person', security: [], params, querystring } },
      async (request, reply) => answer(request, reply, request.params.token, request.query.lang),
    );
    inner.post(
      '/t/:token',
      {
        bodyLimit: 1_024,
        config,
        schema: { description: 'HTML. The person has received it', security: [], params, querystring },
      },
      async (request, reply) => answer(request, reply, request.params.token, request.query.lang),
    );
  });
}
