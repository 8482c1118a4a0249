import {
  type Block,
  figuresIn,
  isFigure,
  type ReportDocument,
  type shownCell,
  shownFigure,
  sourcesHead,
  sourcesTitle,
} from './document.ts';

const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => signs[sign] as string);

/** A page of its own, without scripts; its style allows for printing. */
export function reportHtml(report: ReportDocument): string {
  const { language, title, subtitle } = report;
  const e = escapeHtml;
  const cell = (one: Parameters<typeof shownCell>[0]) =>
    isFigure(one)
      ? `<td class="n${one.value === null ? ' missing' : ''}" title="${e(one.formula[language])}"><a href="${e(one.source)}">${e(shownFigure(one, language))}</a>${one.note ? `<small>${e(one.note[language])}</small>` : ''}</td>`
      : `<td>${e(one ?? '')}</td>`;
  const draw = (block: Block): string => {
    switch (block.kind) {
      case 'heading':
        return `<h${block.level + 1}>${e(block.text)}</h${block.level + 1}>`;
      case 'text':
        return `<p${block.tone ? ` class="${block.tone}"` : ''}>${e(block.text)}</p>`;
      case 'fill':
        return `<p class="fill">${e(block.label)}</p>`;
      case 'table':
        return `<table><caption>${e(block.title)}</caption><thead><tr>${block.head.map((text) => `<th scope="col">${e(text)}</th>`).join('')}</tr></thead><tbody>${block.rows
          .map((row) => `<tr>${row.map(cell).join('')}</tr>`)
          .join('')}</tbody></table>`;
    }
  };
  const blocks = report.blocks.map(draw);
  const sources = figuresIn(report)
    .map(
      ({ label, figure }) =>
        `<tr><td>${e(label)}</td><td class="n">${e(shownFigure(figure, language))}</td><td>${e(figure.formula[language])}</td><td><a href="${e(figure.source)}">${e(figure.source)}</a></td><td>${e(figure.note?.[language] ?? '')}</td></tr>`,
    )
    .join('');
  const appendix =
    sources === ''
      ? ''
      : `<details><summary>${e(sourcesTitle[language])}</summary><table><thead><tr>${sourcesHead[language].map((text) => `<th>${e(text)}</th>`).join('')}</tr></thead><tbody>${sources}</tbody></table></details>`;
  return `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${e(title)}</title><style>
body{font:16px/1.6 system-ui,"Noto Sans SC","Noto Sans CJK SC",sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#1a1f24;background:#fff}
h1{margin:0}h2{border-bottom:2px solid #0b5c8a;margin-top:2rem}.sub,.quiet,small{color:#555}small{display:block}.warning,.missing,.missing a{color:#b00020;font-weight:600}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}caption{text-align:left;font-weight:600}th,td{border:1px solid #c4cbd1;padding:.25rem .5rem;text-align:left;vertical-align:top}th{background:#eef1f4}.n{text-align:right;font-variant-numeric:tabular-nums}
.n a{color:inherit;text-decoration:underline dotted}.fill{border:1px dashed #888;min-height:5rem;padding:.5rem;color:#666}@media(max-width:40rem){table{display:block;overflow-x:auto}}
</style></head><body><h1>${e(title)}</h1><p class="sub">${e(subtitle)}</p>${blocks.join('\n')}${appendix}</body></html>`;
}
