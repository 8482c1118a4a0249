import { launchBrowser, openPage, signIn } from './test/browser.ts';
const [out, lang, width, scheme, ...paths] = process.argv.slice(2) as [string, 'zh' | 'en', string, 'light' | 'dark', ...string[]];
const browser = await launchBrowser();
const { page, trouble } = await openPage(browser, 'http://127.0.0.1:8391', { width: Number(width), height: Number(width) < 500 ? 780 : 900, language: lang } as never);
await page.emulateMedia({ colorScheme: scheme });
await signIn(page, 'admin', 'pages-look-2026');
for (const path of paths) {
  await page.goto(`http://127.0.0.1:8391/#/${path}`);
  await page.waitForTimeout(1500);
  await page.waitForFunction(() => !/……|Adding up|Working out/.test(document.querySelector('main')?.textContent ?? ''), undefined, { timeout: 60_000 }).catch(() => console.log('still waiting', path));
  await page.waitForTimeout(800);
  const tall = await page.evaluate(() => document.documentElement.scrollHeight);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > Number(width)) console.log('wider than the screen', path, wide);
  await page.screenshot({ path: `${out}/${path.replaceAll('/', '_')}-${lang}-${width}-${scheme}.png`, fullPage: true });
  console.log(path, tall);
}
console.log(trouble);
await browser.close();
