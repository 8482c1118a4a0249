/** Real Chromium on the real console: first paint of the overview, a board from click to drawn. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hangMs } from '../../test/hang.ts';
import type { Program } from '../../test/program.ts';
import { figuresWanted, watchDrawing } from './watch-drawing.ts';

export interface Signed {
  context: BrowserContext;
  page: Page;
  /** Requests for readings: path and query. */
  asked: string[];
  /** Of every panel answer: most points in one line, and room on the screen. */
  drawn: { points: number; room: number; bytes: number }[];
}

/** A signed-in page with an empty cache. */
export async function signedPage(browser: Browser, program: Program, width: number): Promise<Signed> {
  const context = await browser.newContext({ viewport: { width, height: 900 } });
  await context.addInitScript(() => localStorage.setItem('plantroom.language', 'zh'));
  await context.addInitScript(watchDrawing, figuresWanted);
  const answer = await context.request.post(`${program.url}/api/login`, { data: { user: 'admin', password: program.password } });
  if (!answer.ok()) throw new Error(`login: ${answer.status()}`);
  const page = await context.newPage();
  const asked: string[] = [];
  const drawn: Signed['drawn'] = [];
  page.on('request', (request) => {
    const { pathname, search } = new URL(request.url());
    if (/\/panels\/|\/api\/series/.test(pathname)) asked.push(pathname + search);
  });
  page.on('response', async (response) => {
    const url = new URL(response.url());
    if (!url.pathname.includes('/panels/')) return;
    const text = await response.text().catch(() => '');
    if (text === '' || !response.ok()) return;
    const { lines } = JSON.parse(text) as { lines: { points: unknown[] }[] };
    drawn.push({
      points: Math.max(0, ...lines.map(({ points }) => points.length)),
      room: Number(url.searchParams.get('points')),
      bytes: text.length,
    });
  });
  return { context, page, asked, drawn };
}

/** From the start of the navigation to the overview with its figures on the screen, ms. */
export async function paintOverview({ page }: Signed, url: string): Promise<number> {
  await page.goto(`${url}/#/`);
  await page.waitForFunction(() => window.screenWatch.meaningfulAt !== undefined, undefined, { timeout: hangMs });
  return page.evaluate(() => window.screenWatch.meaningfulAt as number);
}

const quietMs = 500;

/** Until nothing is asked for and nothing has changed for a while; gives when the last change was painted. */
async function settled(page: Page): Promise<number> {
  await page.waitForFunction(
    (quiet) => {
      const { pending, settledAt, changedAt, started } = window.screenWatch.panels;
      return started > 0 && pending === 0 && performance.now() - Math.max(settledAt, changedAt) > quiet;
    },
    quietMs,
    { timeout: hangMs, polling: 50 },
  );
  return page.evaluate(() => window.screenWatch.panels.changedAt);
}

export async function openBoard(page: Page, url: string, board: string): Promise<void> {
  await page.goto(`${url}/#/boards/${board}`);
  await page.waitForSelector('.board-grid');
  await settled(page);
}

export interface BoardDrawn {
  ms: number;
  requests: number;
}

/** From the click on a range to all panels in view drawn. */
export async function chooseRange(page: Page, range: string): Promise<BoardDrawn> {
  const clickedAt = await page.evaluate((value) => {
    window.screenWatch.panels.started = 0;
    const now = performance.now();
    window.screenWatch.panels.changedAt = now;
    document.querySelector<HTMLInputElement>(`.board-head input[type=radio][value="${value}"]`)?.click();
    return now;
  }, range);
  const drawnAt = await settled(page);
  return { ms: drawnAt - clickedAt, requests: await page.evaluate(() => window.screenWatch.panels.started) };
}
