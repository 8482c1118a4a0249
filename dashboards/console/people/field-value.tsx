/** A value of a book as people read it, and the inputs by which they write one. */
import { Button, Group, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { BookField, FieldValue } from '../../../shared/book.ts';
import { useWords } from '../i18n/i18n.tsx';
import { numberTyped } from './book-values.ts';

export function useFieldText(): (field: BookField, v: FieldValue) => string {
  const { t, text } = useWords();
  return (field, v) => {
    if (v === null) return '–';
    if (typeof v === 'boolean') return t(v ? 'books.yes' : 'books.no');
    if (typeof v === 'number') return String(Math.round(v * 100) / 100);
    return text(field.choices?.find(({ id }) => id === v)?.title) || v;
  };
}

interface Asked {
  field: BookField;
  v: FieldValue;
  onChange: (v: FieldValue) => void;
}

export function FieldInput({ field, v, onChange }: Asked) {
  const { t, text } = useWords();
  const label = `${text(field.title)}${field.unit === '' ? '' : ` (${field.unit})`}`;
  const choices =
    field.kind === 'check'
      ? [
          { value: true, title: t('books.yes') },
          { value: false, title: t('books.no') },
        ]
      : field.choices?.map(({ id, title }) => ({ value: id, title: text(title) }));
  if (!choices) return <Typed field={field} v={v} label={label} onChange={onChange} />;
  return (
    <fieldset className="book-choices">
      <legend>{label}</legend>
      <Group gap="xs">
        {choices.map(({ value, title }) => (
          <Button
            key={String(value)}
            size="md"
            variant={v === value ? 'filled' : 'default'}
            aria-pressed={v === value}
            onClick={() => onChange(v === value ? null : value)}
            data-choice={String(value)}
          >
            {title}
          </Button>
        ))}
      </Group>
    </fieldset>
  );
}

function Typed({ field, v, label, onChange }: Asked & { label: string }) {
  const [typed, setTyped] = useState(v === null ? '' : String(v));
  const number = field.kind === 'number';
  const type = (said: string) => {
    setTyped(said);
    // What is no number is not sent as one: the field stays open.
    onChange(number ? (numberTyped(said) ?? null) : said.trim() === '' ? null : said);
  };
  if (field.kind === 'text')
    return (
      <Textarea
        label={label}
        size="md"
        value={typed}
        autosize
        maxRows={8}
        maxLength={2_000}
        onChange={(event) => type(event.currentTarget.value)}
      />
    );
  return (
    <TextInput
      label={label}
      size="md"
      value={typed}
      inputMode={number ? 'decimal' : 'text'}
      type={field.kind === 'time' ? 'time' : 'text'}
      error={number && numberTyped(typed) === undefined}
      maxLength={2_000}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
