/** The public face of reports: documents from what desk and energy know. */
export { type BookDocument, bookDocument, type PrintedLine } from './book-print.ts';
export { loadReports } from './catalog.ts';
export { type Block, type Cell, type Figure, figuresIn, type ReportDocument } from './document.ts';
export type { BookCounts, DepartmentUse, Equipment, MediumCosts, Outages, OxygenUse, Range, ReportFacts, Used } from './facts.ts';
export { type Content, type DocumentOptions, pdfOf, tableOf } from './pdf.ts';
export { type FormatId, formats, type Rendered, render } from './render.ts';
export { makeReport, type Period, periodOf, type ReportKind } from './report.ts';
export { savingsSheets, savingsWorkbook } from './savings-workbook.ts';
export { type Sheet, workbookOf } from './sheet.ts';
export { tenantBillDocument } from './tenant-bill.ts';
export { type TicketSheet, ticketSheet } from './ticket-sheet.ts';
