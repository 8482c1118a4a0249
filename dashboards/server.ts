/** The HTTP server: security headers, sign-in, problem details, OpenAPI, the routes of api/, the built console. */
import { readdirSync } from 'node:fs';
import type { Socket } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastifyStatic from '@fastify/static';
import swagger from '@fastify/swagger';
import fastify, { type FastifyBaseLogger, LogController } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { Histogram } from 'prom-client';
import { installAuth } from '../access/index.ts';
import { Fault } from '../shared/errors.ts';
import { alarmJournalRoutes } from './api/alarm-journal.ts';
import { alarmPathRoutes } from './api/alarm-path.ts';
import { alarmRoutes } from './api/alarms.ts';
import { alertmanagerRoutes } from './api/alertmanager.ts';
import { answerRoutes } from './api/answer.ts';
import { assetRoutes } from './api/assets.ts';
import { auditRoutes } from './api/audit.ts';
import { backtestRoutes } from './api/backtests.ts';
import { balanceRoutes } from './api/balance.ts';
import { boardRoutes } from './api/boards.ts';
import { bookRoutes } from './api/books.ts';
import { calendarFeedRoutes } from './api/calendar-feed.ts';
import { confirmRoutes } from './api/confirm.ts';
import { deadlineRoutes } from './api/deadlines.ts';
import { deliveryRoutes } from './api/deliveries.ts';
import { deviceRoutes } from './api/devices.ts';
import { dispatchRoutes } from './api/dispatch.ts';
import { energyRoutes } from './api/energy.ts';
import { energyBillRoutes } from './api/energy-bills.ts';
import { energyCostRoutes } from './api/energy-cost.ts';
import { energyManagementRoutes } from './api/energy-management.ts';
import { energySavingsRoutes } from './api/energy-savings.ts';
import { exportRoutes } from './api/export.ts';
import { faultRoutes } from './api/faults.ts';
import { healthRoutes } from './api/health.ts';
import { hookRoutes } from './api/hooks.ts';
import { liveRoutes } from './api/live.ts';
import { maintenanceRoutes } from './api/maintenance.ts';
import { partRoutes } from './api/parts.ts';
import { placeRoutes } from './api/places.ts';
import { pushRoutes } from './api/push.ts';
import { reportRoutes } from './api/reports.ts';
import { rosterChangeRoutes } from './api/roster-changes.ts';
import { rosterRoutes } from './api/rosters.ts';
import { roundRoutes } from './api/rounds.ts';
import { ruleRoutes } from './api/rules.ts';
import { seriesRoutes } from './api/series.ts';
import { sessionRoutes } from './api/session.ts';
import { siteRoutes } from './api/site.ts';
import { tariffRoutes } from './api/tariffs.ts';
import { ticketFileRoutes } from './api/ticket-files.ts';
import { ticketSheetRoutes } from './api/ticket-sheet.ts';
import { ticketStatisticsRoutes } from './api/ticket-statistics.ts';
import { ticketRoutes } from './api/tickets.ts';
import { transferRoutes } from './api/transfers.ts';
import { userRoutes } from './api/users.ts';
import { wardRoutes } from './api/ward.ts';
import { installCompression } from './compress.ts';
import { installOnce } from './once-posts.ts';
import { isTooDeep } from './parse-json.ts';
import { frameworkProblem, installProblems } from './problem.ts';
import { roundedJson } from './rounding.ts';
import type { App, RouteContext } from './route-context.ts';

const routes = [
  sessionRoutes, siteRoutes, balanceRoutes, deviceRoutes, seriesRoutes, exportRoutes, liveRoutes, boardRoutes, alarmRoutes, alarmJournalRoutes, deliveryRoutes, maintenanceRoutes, ticketStatisticsRoutes, ticketRoutes, ticketFileRoutes, ticketSheetRoutes, wardRoutes, placeRoutes, rosterRoutes, rosterChangeRoutes, bookRoutes, reportRoutes, assetRoutes, deadlineRoutes, partRoutes, roundRoutes, answerRoutes, faultRoutes, ruleRoutes, backtestRoutes, userRoutes, auditRoutes, healthRoutes, transferRoutes, energyRoutes, energyCostRoutes,
  alarmPathRoutes, hookRoutes, calendarFeedRoutes, confirmRoutes, alertmanagerRoutes, pushRoutes,
  energySavingsRoutes,
  energyManagementRoutes,
  tariffRoutes,
  dispatchRoutes,
  energyBillRoutes,
]; // biome-ignore format: a table

export async function buildServer(context: RouteContext): Promise<App> {
  const app = fastify({
    loggerInstance: context.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: 256 * 1024,
    requestTimeout: 30_000,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: frameworkProblem,
    // Where no proxy is named, the address that counts for rate limits is the one that connected.
    trustProxy: context.proxies.length > 0 && [...context.proxies],
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  // Replies are typed by their schemas at compile time and checked against them in tests; at run time they are only rounded and written.
  app.setSerializerCompiler(roundedJson);

  const seconds = new Histogram({
    name: 'plantroom_http_seconds',
    help: 'Time to answer',
    labelNames: ['route', 'status'],
    buckets: [0.005, 0.02, 0.1, 0.5, 2],
    registers: [context.metrics],
  });
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url === '/api/live') return;
    seconds.observe({ route: request.routeOptions.url ?? 'unknown', status: reply.statusCode }, reply.elapsedTime / 1000);
  });

  // A connection kept for more would hold up the end until its client lets go of it; so would one that a browser opened in advance and has asked nothing yet.
  let closing = false;
  const unused = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  app.server.on('request', ({ socket }) => unused.delete(socket));
  app.addHook('preClose', async () => {
    closing = true;
    for (const socket of unused) socket.destroy();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });

  // Clients that always name a content type send an empty body with it where there is nothing to say: that is an empty object.
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') return done(null, undefined);
    if (isTooDeep(text as string)) return done(new Fault('api/invalid', 'The body nests too deep'));
    return parseJson(request, text as string, done);
  });
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        // Mantine writes its colour variables into a <style> element.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        workerSrc: ["'self'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
      },
    },
    // Whoever terminates TLS sends HSTS; over plain HTTP in a hospital net it would lock people out.
    hsts: false,
    crossOriginEmbedderPolicy: false,
  });
  // Before compression, so that what is kept is what was said.
  installOnce(app as unknown as Parameters<typeof installOnce>[0], context);
  installCompression(app as unknown as Parameters<typeof installCompression>[0]);
  installProblems(app as unknown as Parameters<typeof installProblems>[0]);
  await installAuth(app as unknown as Parameters<typeof installAuth>[0], context.accounts);
  await app.register(rateLimit, { global: false });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Plantroom', version: '0.1.0', description: 'Energy and building monitoring for hospitals' },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(async (inner) => {
    for (const add of routes) add(inner as unknown as App, context);
    inner.get('/api/openapi.json', { config: { permission: 'open' }, schema: { hide: true } }, async () => inner.swagger());
  });
  if (context.consoleDir) await serveConsole(app, context.consoleDir);
  await app.ready();
  return app;
}

const shellFile = /\.(js|png|svg|webmanifest)$/;

/** Files with a hash in their name may be kept for ever; the page itself is asked for each time. Unknown paths of the console get the page. */
async function serveConsole(app: App, root: string): Promise<void> {
  await app.register(async (inner) => {
    await inner.register(fastifyStatic, {
      root,
      serve: false,
      cacheControl: false,
      preCompressed: true,
    });
    const page = async (_request: unknown, reply: { header(n: string, v: string): unknown; sendFile(file: string): unknown }) => {
      reply.header('cache-control', 'no-cache');
      return reply.sendFile('index.html');
    };
    const config = { permission: 'open' as const };
    inner.get('/assets/*', { config, schema: { hide: true } }, (request, reply) => {
      reply.header('cache-control', 'public, max-age=31536000, immutable');
      return reply.sendFile(`assets/${(request.params as { '*': string })['*']}`);
    });
    // Worker, manifest and icons keep their names, and so are asked for each time.
    for (const { name } of readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isFile() && shellFile.test(entry.name))) {
      inner.get(`/${name}`, { config, schema: { hide: true } }, (_request, reply) => {
        reply.header('cache-control', 'no-cache');
        return reply.sendFile(name);
      });
    }
    inner.get('/', { config, schema: { hide: true } }, page);
  });
}
