/** What is wrong with a file, row by row, in both languages. One mistake, and nothing of the file is taken. */
export interface ImportMistake {
  /** Of the file as a spreadsheet counts; null: the whole file. */
  row: number | null;
  column: string | null;
  found: string;
  zh: string;
  en: string;
}

const most = 200;

export class ImportMistakes {
  readonly all: ImportMistake[] = [];
  count = 0;

  add(row: number | null, column: string | null, found: unknown, zh: string, en: string): void {
    this.count++;
    if (this.all.length < most) this.all.push({ row, column, found: shown(found), zh, en });
  }

  /** What another reader of the same file has found. */
  join({ all, count }: Pick<ImportMistakes, 'all' | 'count'>): void {
    this.count += count;
    this.all.push(...all.slice(0, most - this.all.length));
  }
}

const shown = (found: unknown) => {
  const text = found instanceof Date ? found.toISOString().slice(0, 16).replace('T', ' ') : String(found ?? '');
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
