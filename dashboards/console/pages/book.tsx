/** One day of a book: what was due, written, late or missed, with corrections struck through; written, signed, printed and verified here. */
import '../people/people.css';
import { Button, Group, Modal, TextInput } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { Book } from '../../../shared/book.ts';
import { dayEnd, dayOf, dayStart } from '../data/days.ts';
import { type BookHead, type BookLine, peopleApi, type Verdict } from '../data/people-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';
import { useNow } from '../parts/use-now.ts';
import { shownValue, waiting } from '../people/book-values.ts';
import { useFieldText } from '../people/field-value.tsx';
import { RecordForm } from '../people/record-form.tsx';

const refreshMs = 15_000;
const blankLines = 20;
const states: Record<BookLine['state'], TextKey> = {
  due: 'books.state.due',
  written: 'books.state.written',
  late: 'books.state.late',
  missed: 'books.state.missed',
};
type Writing = Pick<BookLine, 'due' | 'device' | 'entry' | 'corrections'>;

export function BookPage({ id }: { id: string }) {
  const { t, text, language, time } = useWords();
  const { plant, link, may, act } = useConsole();
  const zone = plant.site.timezone;
  const [head, setHead] = useState<BookHead | null>();
  const [lines, setLines] = useState<BookLine[]>();
  const [day, setDay] = useState(() => dayOf(link.now(), zone));
  const [writing, setWriting] = useState<Writing>();
  const [verdict, setVerdict] = useState<Verdict>();
  const [from, to] = [dayStart(day, zone), dayEnd(day, zone)];
  const load = useLoad(
    useCallback(async () => {
      setHead((await peopleApi.books()).find(({ definition }) => definition.id === id) ?? null);
      if (to > from) setLines(await peopleApi.bookLines(id, from, to));
    }, [id, from, to]),
    refreshMs,
  );
  if (head === undefined) return null;
  if (head === null) return <p className="panel">{t('books.unknown')}</p>;
  const book = head.definition;
  const happens = book.schedule === 'when-it-happens';
  const mayWrite = may('book:write');
  const wanted = waiting(lines ?? [], link.now());
  return (
    <div className="column">
      <a className="back" href="#/books">
        {t('books.back')}
      </a>
      <section className="panel">
        <h2>{text(book.title)}</h2>
        <p className="calm small">{typeof book.source === 'string' ? book.source : text(book.source)}</p>
        <Group gap="xs" my="sm" align="end">
          <TextInput
            type="date"
            label={t('books.day')}
            value={day}
            onChange={(event) => event.currentTarget.value !== '' && setDay(event.currentTarget.value)}
          />
          <Button variant="default" onClick={() => setDay(dayOf(from - 1, zone))}>
            {t('books.earlier')}
          </Button>
          <Button variant="default" onClick={() => setDay(dayOf(to, zone))}>
            {t('books.later')}
          </Button>
          <Button component="a" variant="default" target="_blank" href={peopleApi.printOf(id, from, to, language)}>
            {t('books.print')}
          </Button>
          <Button component="a" variant="default" target="_blank" href={peopleApi.printOf(id, from, to, language, blankLines)}>
            {t('books.blank')}
          </Button>
          <Button variant="default" onClick={() => void act(async () => setVerdict(await peopleApi.verifyBook(id)))} data-step="verify">
            {t('books.verify')}
          </Button>
        </Group>
        <div aria-live="polite">
          {verdict?.breaks.length === 0 && <p>✓ {t('books.right', { n: verdict.records, head: verdict.head.slice(0, 12) })}</p>}
          {verdict?.breaks.map(({ seq, what }) => (
            <p className="book-missed" key={`${seq} ${what}`}>
              {t('books.broken', { seq, what })}
            </p>
          ))}
        </div>
        {mayWrite && wanted.length > 0 && (
          <Group gap="xs" mb="sm">
            {wanted.map((line) => (
              <Button key={line.device} size="lg" onClick={() => setWriting(line)} data-step="write-now">
                {t('books.fill')} {time(line.due, link.now())} {line.device !== null && text(plant.devices.get(line.device)?.name)}
              </Button>
            ))}
          </Group>
        )}
        {happens && mayWrite && (
          <Group gap="xs" mb="sm">
            {head.series.map((device) => (
              <Button
                key={device}
                onClick={() => setWriting({ due: Math.floor(link.now() / 1_000) * 1_000, device, entry: null, corrections: [] })}
              >
                {t('books.fillNow')} {device !== null && text(plant.devices.get(device)?.name)}
              </Button>
            ))}
          </Group>
        )}
        {lines?.length === 0 ? <p>{t('books.empty')}</p> : <Lines book={book} lines={lines ?? []} onWrite={setWriting} onSigned={load} />}
      </section>
      <Modal
        opened={writing !== undefined}
        onClose={() => setWriting(undefined)}
        title={writing && `${text(book.title)} · ${time(writing.due, link.now())}`}
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        {writing && (
          <RecordForm
            book={book}
            line={writing}
            onDone={() => {
              setWriting(undefined);
              void load();
            }}
          />
        )}
      </Modal>
    </div>
  );
}

interface LinesAsk {
  book: Book;
  lines: BookLine[];
  onWrite: (line: Writing) => void;
  onSigned: () => Promise<boolean>;
}

function Lines({ book, lines, onWrite, onSigned }: LinesAsk) {
  const { t, text, time } = useWords();
  const { plant, link, session, may, act } = useConsole();
  const now = useNow(link, 5_000);
  const fieldText = useFieldText();
  const mayWrite = may('book:write');
  const sign = async (seq: number, role: string) => {
    await act(async () => {
      await peopleApi.signRecord(book.id, seq, role);
    });
    await onSigned();
  };
  return (
    // A wide table is scrolled, also with the keys.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: only so can it be scrolled without a mouse
    <section className="book-scroll" tabIndex={0} aria-label={text(book.title)}>
      <table className="book-table">
        <thead>
          <tr>
            <th>{t('books.due')}</th>
            {book.each !== undefined && <th>{t('books.device')}</th>}
            <th>{t('books.state')}</th>
            <th>{t('books.signed')}</th>
            {book.fields.map((field) => (
              <th key={field.id}>
                {text(field.title)} {field.unit}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.due} ${line.device} ${line.entry?.seq}`} data-state={line.state}>
              <th>{time(line.due, now)}</th>
              {book.each !== undefined && <td>{text(plant.devices.get(line.device ?? '')?.name) || line.device}</td>}
              <td className={line.state === 'missed' || line.state === 'late' ? 'book-missed' : undefined}>
                {t(states[line.state])}
                {mayWrite && (line.entry !== null || line.due <= now) && (
                  <div>
                    <Button
                      size="compact-md"
                      variant={line.entry ? 'default' : 'filled'}
                      onClick={() => onWrite(line)}
                      data-step={line.entry ? 'correct' : 'write'}
                    >
                      {t(line.entry ? 'books.correct' : 'books.fill')}
                    </Button>
                  </div>
                )}
              </td>
              <td>
                {line.signatures.map((one) => (
                  <div key={one.seq}>
                    {text(book.signers.find(({ id }) => id === one.role)?.title)}: {one.name} {time(one.at, now)}
                  </div>
                ))}
                {line.unsigned.map((role) => {
                  const title = text(book.signers.find(({ id }) => id === role)?.title);
                  // Two signatures are of two persons.
                  return mayWrite && !line.signatures.some(({ who }) => who === session.user.name) ? (
                    <Button
                      key={role}
                      size="compact-md"
                      variant="default"
                      onClick={() => void sign(line.entry?.seq ?? 0, role)}
                      data-step="sign"
                    >
                      {t('books.sign', { role: title })}
                    </Button>
                  ) : (
                    <div key={role} className="calm">
                      {t('books.waits', { role: title })}
                    </div>
                  );
                })}
              </td>
              {book.fields.map((field) => {
                const shown = shownValue(field, line);
                return (
                  <td key={field.id} className={shown?.finding ? 'book-finding' : undefined}>
                    {shown?.struck.map(({ v, reason }) => (
                      <div key={`${v} ${reason}`} className="small">
                        <s>{fieldText(field, v)}</s> {reason}
                      </div>
                    ))}
                    {shown?.finding && '⚠ '}
                    {shown && fieldText(field, shown.v)}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
