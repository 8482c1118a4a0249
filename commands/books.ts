/** Proves that books are as they were signed: in the operations database of this machine, or in an export. */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { openBooks, openDatabase, type StoredLine, type Verdict, verifyChain } from '../desk/index.ts';
import { Fault, reasonOf } from '../shared/errors.ts';
import { operationsFile } from '../shared/role.ts';
import { type Command, dataFolder, parse } from './command.ts';

const command: Command = {
  id: 'books',
  summary: 'Books of records: proves that nothing in them was changed (docs/books.md says how to do it without this program)',
  usage: 'books verify [--data DIR] [--book ID]... | books verify --file EXPORT.jsonl',
  async run(args) {
    const { values, positionals } = parse(
      args,
      { data: { type: 'string' }, book: { type: 'string', multiple: true }, file: { type: 'string' } },
      true,
    );
    if (positionals.join(' ') !== 'verify') throw new Fault('usage/command', `found "${positionals.join(' ')}"; allowed: verify`);
    const verdicts = values.file === undefined ? ofDatabase(dataFolder(values.data), values.book) : [ofExport(values.file)];
    for (const { book, records, head, breaks } of verdicts) {
      process.stdout.write(
        `${book}: ${records} records, ${breaks.length === 0 ? 'unchanged' : `${breaks.length} breaks`}, ends with ${head}\n`,
      );
      for (const { seq, what } of breaks.slice(0, 20)) process.stdout.write(`  no. ${seq}: ${what}\n`);
      if (breaks.length > 20) process.stdout.write(`  and ${breaks.length - 20} more\n`);
    }
    if (verdicts.length === 0) process.stdout.write('no book has records yet\n');
    return verdicts.some(({ breaks }) => breaks.length > 0) ? 1 : 0;
  },
};
export default command;

function ofDatabase(dataDir: string, wanted: readonly string[] | undefined): Verdict[] {
  const file = operationsFile(dataDir);
  if (!existsSync(file)) throw new Fault('usage/command', `${file} does not exist; name the data folder with --data`);
  using db = openDatabase(file);
  const books = openBooks(db);
  const begun = books.begun();
  for (const id of wanted ?? []) {
    if (!begun.includes(id))
      throw new Fault('usage/command', `the book "${id}" has no records; those that have: ${begun.join(', ') || 'none'}`);
  }
  return (wanted ?? begun).map((id) => books.verify(id));
}

function ofExport(file: string): Verdict {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new Fault('usage/command', `--file: ${reasonOf(error)}`);
  }
  const lines = text.split('\n').flatMap((line, index): StoredLine[] => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as StoredLine];
    } catch {
      throw new Fault('payload/invalid', `${file}:${index + 1}: not a line of JSON`);
    }
  });
  let book = basename(file).replace(/\.jsonl$/, '');
  try {
    book = (JSON.parse(lines[0]?.body ?? '{}') as { book?: string }).book ?? book;
  } catch {
    // Told as a break by the check itself.
  }
  return verifyChain(book, lines);
}
