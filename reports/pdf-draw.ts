/** Documents as PDF: one look for all of them, with the Chinese font of an npm package embedded, page n of m, and where the live page is. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { default as PdfMake } from 'pdfmake';
import type { Content, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { type DocumentOptions, gridLayout, roomyLayout } from './pdf.ts';

const require = createRequire(import.meta.url);
const fontFolder = dirname(require.resolve('@expo-google-fonts/noto-sans-sc/package.json'));
const fontFile = (weight: string) => join(fontFolder, weight, `NotoSansSC_${weight}.ttf`);

let ready: Promise<typeof PdfMake> | undefined;
/** Loaded with the first document. Fonts are read once; a document takes only the signs that it uses. */
async function prepare(): Promise<typeof PdfMake> {
  const { default: pdfmake } = await import('pdfmake');
  const files = { 'regular.ttf': readFileSync(fontFile('400Regular')), 'bold.ttf': readFileSync(fontFile('700Bold')) };
  // Its types leave out where it keeps files in memory.
  const { virtualfs } = pdfmake as unknown as { virtualfs: { writeFileSync(name: string, content: Buffer): void } };
  for (const [name, content] of Object.entries(files)) virtualfs.writeFileSync(name, content);
  pdfmake.setFonts({ Noto: { normal: 'regular.ttf', bold: 'bold.ttf', italics: 'regular.ttf', bolditalics: 'bold.ttf' } });
  const layout = (beside: number) => ({
    hLineWidth: () => 0.5,
    vLineWidth: () => 0.5,
    hLineColor: () => '#9aa4ad',
    vLineColor: () => '#c4cbd1',
    paddingLeft: () => beside,
    paddingRight: () => beside,
    paddingTop: () => 1.5,
    paddingBottom: () => 1.5,
  });
  pdfmake.setTableLayouts({ [gridLayout]: layout(2), [roomyLayout]: layout(5) });
  // A document never reads what lies elsewhere, whatever stands in its texts.
  pdfmake.setLocalAccessPolicy(() => false);
  pdfmake.setUrlAccessPolicy(() => false);
  return pdfmake;
}

/** Of a heading, the title of the table, its head and first row; of these without the heading. In points. */
const headingRoom = 100;
const titleRoom = 50;

const pageText = {
  zh: (page: number, pages: number) => `第 ${page} 页 共 ${pages} 页`,
  en: (page: number, pages: number) => `Page ${page} of ${pages}`,
};

export async function drawPdf({ title, subtitle, language, landscape = false, content, foot, link }: DocumentOptions): Promise<Buffer> {
  ready ??= prepare();
  const pdfmake = await ready;
  const code =
    link === undefined ? undefined : await (await import('qrcode')).toDataURL(link, { margin: 0, width: 160, errorCorrectionLevel: 'M' });
  const head: Content = {
    columns: [
      {
        stack: [
          { text: title, style: 'title' },
          { text: subtitle, style: 'subtitle' },
        ],
        width: '*',
      },
      ...(code ? [{ image: code, width: 44, alignment: 'right' as const }] : []),
    ],
    margin: [0, 0, 0, 8],
  };
  const definition: TDocumentDefinitions = {
    info: { title, creator: 'Plantroom', producer: 'Plantroom' },
    language: language === 'zh' ? 'zh-CN' : 'en',
    pageSize: 'A4',
    pageOrientation: landscape ? 'landscape' : 'portrait',
    pageMargins: [28, 30, 28, 36],
    defaultStyle: { font: 'Noto', fontSize: 8, lineHeight: 1.15 },
    styles: {
      title: { fontSize: 15, bold: true },
      subtitle: { fontSize: 9, color: '#444', margin: [0, 2, 0, 0] },
      h2: { fontSize: 11, bold: true, margin: [0, 8, 0, 4] },
      head: { bold: true, fillColor: '#eef1f4' },
      finding: { bold: true, color: '#b00020' },
      quiet: { color: '#666' },
    },
    content: [head, ...content],
    // No heading stands alone at the foot of a page: 1 has something below it there, 2 room for the begin of the table that it is of.
    pageBreakBefore: ({ headlineLevel, startPosition, style }, nodes) => {
      if (headlineLevel === 1) return nodes.getFollowingNodesOnPage().length === 0;
      if (headlineLevel !== 2) return false;
      return (1 - startPosition.verticalRatio) * startPosition.pageInnerHeight < (style === 'h2' ? headingRoom : titleRoom);
    },
    footer: (page, pages) => ({
      columns: [
        { text: foot, fontSize: 6.5, color: '#555', width: '*' },
        { text: pageText[language](page, pages), fontSize: 7, alignment: 'right', width: 90 },
      ],
      margin: [28, 12, 28, 0],
    }),
  };
  return pdfmake.createPdf(definition).getBuffer();
}
