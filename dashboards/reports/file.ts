/** A report as a file, with the hash of its figures at its foot. */
import { createHash } from 'node:crypto';
import {
  type FormatId,
  makeReport,
  type Period,
  type Rendered,
  type ReportDocument,
  type ReportKind,
  render,
} from '../../reports/index.ts';
import { publicLink } from '../../shared/public-link.ts';
import type { Language } from '../../shared/text.ts';
import { localTime } from '../../shared/wording.ts';
import { projectSource } from '../api/energy-savings.ts';
import type { RouteContext } from '../route-context.ts';
import { reportFacts } from './facts.ts';

export interface ReportFile extends Rendered {
  name: string;
  report: ReportDocument;
}

export async function reportFile(
  context: RouteContext,
  kind: ReportKind,
  period: Period,
  language: Language,
  format: FormatId,
): Promise<ReportFile> {
  const { site, clock } = context;
  const now = clock.now();
  const facts = reportFacts({ ...context, projects: projectSource(context), store: context.store(), now });
  const report = await makeReport(kind, facts, period, language);
  const hash = createHash('sha256').update(JSON.stringify(report.blocks)).digest('hex').slice(0, 16);
  const at = localTime(now, site.site.timezone);
  const made = language === 'zh' ? `由 Plantroom 于 ${at} 生成，内容校验 ${hash}` : `Made by Plantroom at ${at}, content hash ${hash}`;
  const link =
    site.public_url === undefined ? undefined : publicLink(site.public_url, `api/reports/${kind.id}?period=${period.id}&lang=${language}`);
  return { ...(await render(report, format, made, link)), name: `${kind.id}-${period.id}-${language}.${format}`, report };
}
