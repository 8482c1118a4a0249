/** One record on the phone: readings stand there already; a person confirms, corrects with a reason, and says what he saw. */
import { Button, Select, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useState } from 'react';
import type { Book, BookField, BookValue } from '../../../shared/book.ts';
import { isFinding } from '../../../shared/book-finding.ts';
import { type BookLine, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { type Answer, changedOf, openFields, saidOf, sameReadings, shownValue } from './book-values.ts';
import { FieldInput, useFieldText } from './field-value.tsx';

interface RecordAsk {
  book: Book;
  /** With an entry: a correction of it. */
  line: Pick<BookLine, 'due' | 'device' | 'entry' | 'corrections'>;
  onDone: () => void;
}

export function RecordForm({ book, line, onDone }: RecordAsk) {
  const { t, text, language } = useWords();
  const { act } = useConsole();
  const { due, device, entry } = line;
  const [read, setRead] = useState<Record<string, BookValue>>();
  const [answers, setAnswers] = useState<Record<string, Answer>>({});
  const [role, setRole] = useState(book.signers[0]?.id ?? '');
  const [reason, setReason] = useState('');
  const [changed, setChanged] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (entry) setRead({});
    else void act(async () => setRead((await peopleApi.draft(book.id, due, device, language)).values));
  }, [act, book.id, due, device, entry, language]);
  if (!read) return <p>{t('app.loading')}</p>;
  const held = Object.fromEntries(book.fields.map((field) => [field.id, shownValue(field, line)?.v ?? null]));
  const corrections = entry ? changedOf(answers, held, reason.trim()) : {};
  const ready = entry ? reason.trim() !== '' && Object.keys(corrections).length > 0 : openFields(book, read, answers).length === 0;
  const answer = (id: string, said: Answer | undefined) =>
    setAnswers(({ [id]: _, ...rest }) => (said === undefined ? rest : { ...rest, [id]: said }));

  const send = async () => {
    if (entry) {
      await peopleApi.writeRecord(book.id, { due, device, role, of: entry.seq, reason: reason.trim(), values: corrections });
      return true;
    }
    // The server writes what it reads then: what was confirmed must be that.
    const { values } = await peopleApi.draft(book.id, due, device, language);
    if (!sameReadings(values, read)) {
      setRead(values);
      setChanged(true);
      return false;
    }
    await peopleApi.writeRecord(book.id, { due, device, role, lang: language, values: saidOf(book, read, answers) });
    return true;
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    let sent = false;
    await act(async () => {
      sent = await send();
    });
    setBusy(false);
    if (sent) onDone();
  };
  return (
    <form onSubmit={submit} className="book-form">
      {changed && (
        <p className="book-finding" role="alert">
          {t('books.changed')}
        </p>
      )}
      {book.fields.map((field) => (
        <div className="book-field" key={field.id} data-field={field.id}>
          {field.group && <h3>{text(field.group)}</h3>}
          {entry ? (
            <FieldInput
              field={field}
              v={answers[field.id] ? (answers[field.id]?.v ?? null) : (held[field.id] ?? null)}
              onChange={(v) => answer(field.id, { v, reason: '' })}
            />
          ) : (
            <OneField field={field} read={read[field.id]} answer={answers[field.id]} onAnswer={(said) => answer(field.id, said)} />
          )}
        </div>
      ))}
      {entry && (
        <TextInput
          label={t('dialog.reason')}
          size="md"
          required
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
        />
      )}
      {book.signers.length > 1 && (
        <Select
          label={t('books.role')}
          size="md"
          value={role}
          onChange={(value) => setRole(value ?? role)}
          data={book.signers.map(({ id, title }) => ({ value: id, label: text(title) }))}
          allowDeselect={false}
        />
      )}
      <div className="book-submit">
        <Button type="submit" size="lg" fullWidth disabled={!ready} loading={busy} data-step="confirm">
          {t('books.confirm')}
        </Button>
      </div>
    </form>
  );
}

interface FieldAsk {
  field: BookField;
  read: BookValue | undefined;
  answer: Answer | undefined;
  onAnswer: (said: Answer | undefined) => void;
}

function OneField({ field, read, answer, onAnswer }: FieldAsk) {
  const { t, text, time } = useWords();
  const { link } = useConsole();
  const fieldText = useFieldText();
  if (read && !answer) {
    const wrong = isFinding(field, read.v);
    return (
      <div className="book-read">
        <span>{text(field.title)}</span>
        <strong className={wrong ? 'book-finding' : undefined}>
          {wrong && '⚠ '}
          {fieldText(field, read.v)} {field.unit}
        </strong>
        {wrong && <span className="book-finding">{t('books.limit')}</span>}
        {read.t !== undefined && (
          <span className="calm small">{t(field.drafts ? 'books.asOf' : 'books.readAt', { time: time(read.t, link.now()) })}</span>
        )}
        <Button
          size="compact-md"
          variant="default"
          onClick={() => onAnswer({ v: read.v, reason: '' })}
          aria-label={`${t('books.correct')}: ${text(field.title)}`}
        >
          {t('books.correct')}
        </Button>
      </div>
    );
  }
  const { v, reason } = answer ?? { v: null, reason: '' };
  return (
    <>
      <FieldInput field={field} v={v} onChange={(next) => onAnswer({ v: next, reason })} />
      {!read && field.point && <p className="calm small">{t('books.notRead')}</p>}
      {read && (
        <>
          <TextInput
            label={t('dialog.reason')}
            size="md"
            value={reason}
            onChange={(event) => onAnswer({ v, reason: event.currentTarget.value })}
            maxLength={2_000}
          />
          <Button size="compact-md" variant="default" mt="xs" onClick={() => onAnswer(undefined)}>
            {t('books.asRead')} ({fieldText(field, read.v)} {field.unit})
          </Button>
        </>
      )}
    </>
  );
}
