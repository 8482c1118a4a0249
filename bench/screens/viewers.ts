/** Viewers without a browser: each holds the live stream and asks precisely what a page asked, at the pace of a page. */
import { Agent, get } from 'node:http';
import type { Program } from '../../test/program.ts';
import { login } from '../../test/program.ts';

export interface Viewers extends AsyncDisposable {
  /** Requests answered, and bytes on the wire, stream included. */
  count: { answers: number; bytes: number; failed: number };
}

const hour = 3_600_000;
/** As the pages do it: boards by their range, trends of the overview each minute. */
const paceOf = (path: string, spanMs: number): number =>
  path.includes('/panels/') ? (spanMs <= 6 * hour ? 5_000 : spanMs <= 48 * hour ? 15_000 : 60_000) : 60_000;

/** `pages`: what each of them asks, as recorded from a real page. */
export async function startViewers(program: Program, pages: readonly (readonly string[])[]): Promise<Viewers> {
  const { token } = await login(program.url, 'admin', program.password);
  const headers = { authorization: `Bearer ${token}`, 'accept-encoding': 'gzip, deflate, br' };
  const count = { answers: 0, bytes: 0, failed: 0 };
  const timers: NodeJS.Timeout[] = [];
  const agents: Agent[] = [];
  const ask = (path: string, agent: Agent) => {
    get(program.url + path, { agent, headers }, (response) => {
      if (response.statusCode === 200) count.answers++;
      else count.failed++;
      response.on('data', (chunk: Buffer) => {
        count.bytes += chunk.length;
      });
      response.on('error', () => undefined);
    }).on('error', () => {
      count.failed++;
    });
  };
  for (const [index, asked] of pages.entries()) {
    // A browser opens six connections to one host; the stream holds one of them.
    const agent = new Agent({ keepAlive: true, maxSockets: 6 });
    agents.push(agent);
    const begin = (index / pages.length) * 10_000;
    timers.push(
      setTimeout(() => {
        for (const path of ['/api/live', '/api/site', '/api/devices', '/api/alarms', '/api/tickets?state=open', '/api/faults'])
          ask(path, agent);
        for (const path of asked) {
          const span = spanOf(path);
          const pace = paceOf(path, span);
          const next = () => ask(movedTo(path, Date.now(), span, pace), agent);
          next();
          timers.push(setInterval(next, pace));
        }
      }, begin),
    );
  }
  return {
    count,
    async [Symbol.asyncDispose]() {
      timers.forEach(clearTimeout);
      for (const agent of agents) agent.destroy();
    },
  };
}

function spanOf(path: string): number {
  const { searchParams } = new URL(path, 'http://host');
  return Number(searchParams.get('to')) - Number(searchParams.get('from'));
}

/** The same question a little later: boards ask for whole steps of their pace. */
function movedTo(path: string, now: number, span: number, pace: number): string {
  const url = new URL(path, 'http://host');
  const to = url.pathname.includes('/panels/') ? Math.ceil(now / pace) * pace : Math.ceil(now);
  // What counts since midnight keeps its beginning.
  if (!url.searchParams.has('every')) url.searchParams.set('from', String(to - span));
  url.searchParams.set('to', String(to));
  return url.pathname + url.search;
}
