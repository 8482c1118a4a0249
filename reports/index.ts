/** The public face of reports: documents from what desk and energy know. */
export { type BookDocument, bookDocument } from './book-print.ts';
export { type Content, type DocumentOptions, pdfOf, tableOf } from './pdf.ts';
export { type Sheet, workbookOf } from './sheet.ts';
