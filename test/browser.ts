/** Debian's Chromium on the real console: every request that leaves the machine and every error of a page is written down. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, chromium, type Page, type PageScreenshotOptions, type Request } from 'playwright-core';
import { hangMs } from './hang.ts';
import { pathOf } from './servers.ts';

/** Where pictures of the flows are put when they are wanted: PLANTROOM_TEST_PICTURES=1. They cost half of the time of a browser. */
const pictures = process.env.PLANTROOM_TEST_PICTURES ? join(import.meta.dirname, '..', 'artefacts', 'screens') : undefined;
export const takesPictures = pictures !== undefined;

/** A picture to be looked at. */
export async function picture(page: Page, name: string, options: PageScreenshotOptions = {}): Promise<void> {
  if (pictures) await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled', ...options });
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: pathOf('chromium'),
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  }); // biome-ignore format: short
}

export interface View {
  width: number;
  height: number;
  language: 'zh' | 'en';
  dark?: boolean;
}

export interface WatchedPage {
  page: Page;
  /** Errors of the console, uncaught exceptions, requests to other hosts. */
  trouble: string[];
  /** Waits until what the page asked for is there and drawn; the live stream never ends and does not count. */
  settled(): Promise<void>;
}

export async function openPage(browser: Browser, url: string, view: View): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    colorScheme: view.dark ? 'dark' : 'light',
  });
  await context.addInitScript((language) => localStorage.setItem('plantroom.language', language), view.language);
  const page = await context.newPage();
  page.setDefaultTimeout(hangMs);
  const trouble: string[] = [];
  page.on('console', (message) => {
    // Before signing in the page asks who it is and is told "nobody": the browser logs that answer.
    if (message.type() === 'error' && !/401/.test(message.text())) trouble.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(url)) trouble.push(`outside: ${request.url()}`);
  });
  const running = new Set<Request>();
  page.on('request', (request) => {
    if (!request.url().includes('/api/live')) running.add(request);
  });
  for (const event of ['requestfinished', 'requestfailed'] as const)
    page.on(event as 'requestfinished', (request) => running.delete(request));
  const settled = async () => {
    // A page may ask for more when it has drawn what it got: quiet for two rounds.
    for (let quiet = 0; quiet < 2; quiet = running.size === 0 ? quiet + 1 : 0) {
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 40))));
    }
  };
  await page.goto(url);
  return { page, trouble, settled };
}

/** As signIn does, but without the form. */
export async function signInByRequest({ page, settled }: WatchedPage, user: string, password: string): Promise<void> {
  const answer = await page.context().request.post(new URL('/api/login', page.url()).href, { data: { user, password } });
  if (!answer.ok()) throw new Error(`login: ${answer.status()} ${await answer.text()}`);
  await page.reload();
  await page.waitForSelector('.tile');
  await settled();
}

export async function signIn(page: Page, user: string, password: string): Promise<void> {
  await page.fill('input[autocomplete=username]', user);
  await page.fill('input[autocomplete=current-password]', password);
  await page.click('button[type=submit]');
  await page.waitForSelector('.tile');
}

/** Only what a size or colours can break; the structure is the same in each look. */
const ofLook = ['color-contrast', 'target-size'];

/** Violations of WCAG 2.2 A and AA that axe calls serious or critical, one line each. `lookOnly`: only rules of colours and sizes. */
export async function accessibilityTrouble(page: Page, lookOnly = false): Promise<string[]> {
  // What fades in, or is dimmed while its answer comes, is looked at again when it has come to rest.
  let found = await lookForTrouble(page, lookOnly);
  for (let again = 0; again < 6 && found.length > 0; again++) {
    await page.waitForTimeout(1_000);
    found = await lookForTrouble(page, lookOnly);
  }
  return found;
}

async function lookForTrouble(page: Page, lookOnly: boolean): Promise<string[]> {
  // Once in a document, and through the debugger, so that the content security policy of the page stays as it is.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(axeSource);
  return page.evaluate(
    async (rules) => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(
            options: object,
          ): Promise<{ violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] }>;
        };
      };
      const runOnly = rules ?? ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
      const { violations } = await axe.run({ runOnly, resultTypes: ['violations'] });
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .flatMap(({ id, nodes }) =>
          nodes.slice(0, 3).map(({ target, failureSummary }) => `${id} ${target.join(' ')}: ${failureSummary.split('\n').at(1)?.trim()}`),
        );
    },
    lookOnly ? ofLook : undefined,
  );
}
