/** Draws the console's PNG icons from icon.svg with Chromium; run it when the drawing changes: `node scripts/make-icons.ts` */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { launchBrowser } from '../test/browser.ts';

const folder = join(import.meta.dirname, '..', 'dashboards', 'console', 'public');
const svg = readFileSync(join(folder, 'icon.svg'), 'utf8');
/** To the edge and with the symbol within the inner 80 %, where every mask and Apple's corners leave it whole. */
const bleeding = svg
  .replace(/ rx="\d+"/, '')
  .replace(/<path /, '<g transform="translate(8 8) scale(.75)"><path ')
  .replace('</svg>', '</g></svg>');

await using browser = await launchBrowser();
for (const [name, drawing, size] of [
  ['icon-192', svg, 192],
  ['icon-512', svg, 512],
  ['icon-maskable-192', bleeding, 192],
  ['icon-maskable-512', bleeding, 512],
  ['icon-apple-180', bleeding, 180],
] as const) {
  const page = await browser.newPage({ viewport: { width: size, height: size } });
  await page.setContent(
    `<body style="margin:0">${drawing.replace('<svg ', `<svg width="${size}" height="${size}" style="display:block" `)}`,
  );
  writeFileSync(join(folder, `${name}.png`), await page.screenshot({ omitBackground: true }));
  await page.close();
}
