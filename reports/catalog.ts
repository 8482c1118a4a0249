import { join } from 'node:path';
import { loadCatalog } from '../shared/catalog.ts';
import type { ReportKind } from './report.ts';

/** All reports by id. @throws Fault catalog/invalid */
export const loadReports = (): Promise<Map<string, ReportKind>> => loadCatalog<ReportKind>(join(import.meta.dirname, 'kinds'));
