/** What the duty board and the books say, from what the server sent. */
import { describe, expect, it } from 'vitest';
import type { Book, BookField, BookValue, ChainedRecord } from '../../../shared/book.ts';
import type { OnCall } from '../../../shared/roster.ts';
import { changedOf, numberTyped, openFields, saidOf, sameReadings, shownValue, waiting } from './book-values.ts';
import { dialled, nextOn, shiftsOf } from './duty.ts';

const on = (person: string | null, from: number, to: number, by: OnCall['by'] = 'layer'): OnCall => ({ person, from, to, by });

describe('the duty board', () => {
  it('names all who come first, and nobody as an answer too', () => {
    expect(nextOn({ now: [on('a', 0, 5)], coming: [on('b', 5, 9), on('c', 5, 7), on('d', 9, 12)] }).map(({ person }) => person)).toEqual([
      'b',
      'c',
    ]);
    expect(nextOn({ now: [on('a', 0, 5)], coming: [on(null, 5, 9)] }).map(({ person }) => person)).toEqual([null]);
    expect(nextOn({ now: [on('a', 0, 5)], coming: [] })).toEqual([]);
  });
  it('lets a person give away his own shifts only', () => {
    expect(shiftsOf({ now: [on('a', 0, 5), on('b', 0, 5)], coming: [on('b', 5, 9), on('a', 9, 12)] }, 'a').map(({ from }) => from)).toEqual(
      [0, 9],
    );
  });
  it.each([
    ['138 0013-8000', '13800138000'],
    ['+86 138 0013 8000', '+8613800138000'],
    ['(0532) 8888', '05328888'],
  ])('dials %s', (written, digits) => expect(dialled(written)).toBe(digits));
});

const field = (id: string, more: Partial<BookField> = {}): BookField =>
  ({ id, title: { zh: id, en: id }, kind: 'number', unit: '', required: false, observe: false, ...more }) as BookField;
const book = {
  fields: [
    field('kpa', { min: 350 }),
    field('frost', { kind: 'check', observe: true }),
    field('note', { kind: 'text' }),
    field('dose', { required: true }),
  ],
} as unknown as Book;
const read: Record<string, BookValue> = { kpa: { v: 400, from: 'reading', t: 1 } };

describe('a record of a book', () => {
  it('is confirmed only when what must be seen was said and another value has its reason', () => {
    expect(openFields(book, read, {})).toEqual(['frost', 'dose']);
    const seen = { frost: { v: false, reason: '' }, dose: { v: 0, reason: '' } };
    expect(openFields(book, read, seen)).toEqual([]);
    expect(openFields(book, read, { ...seen, kpa: { v: 390, reason: ' ' } })).toEqual(['kpa']);
    expect(openFields(book, read, { ...seen, kpa: { v: null, reason: 'gauge' } })).toEqual(['kpa']);
    expect(openFields(book, read, { ...seen, kpa: { v: 390, reason: 'gauge' } })).toEqual([]);
    expect(openFields(book, {}, seen)).toEqual([]);
  });
  it('sends what was read as read, never as a number of the browser', () => {
    const said = saidOf(book, read, { frost: { v: true, reason: '' }, dose: { v: null, reason: '' } });
    expect(said).toEqual({ kpa: 'as-read', frost: { v: true } });
    expect(saidOf(book, read, { kpa: { v: 390, reason: ' gauge ' } })).toEqual({ kpa: { v: 390, reason: 'gauge' } });
  });
  it('is not confirmed for another reading than the one that was seen', () => {
    expect(sameReadings(read, { kpa: { v: 400, from: 'reading', t: 9 } })).toBe(true);
    expect(sameReadings(read, { kpa: { v: 310, from: 'reading', t: 9 } })).toBe(false);
    expect(sameReadings(read, {})).toBe(false);
  });
  it('is offered where the last one of a series that is due is not written', () => {
    const line = (device: string | null, due: number, written: boolean) => ({ device, due, entry: written ? ({} as ChainedRecord) : null });
    const lines = [line('a', 1, false), line('a', 5, true), line('b', 1, true), line('b', 5, false), line('b', 9, false)];
    expect(waiting(lines, 6)).toEqual([lines[3]]);
    expect(waiting(lines, 0)).toEqual([]);
  });
  it('keeps all that was corrected in sight', () => {
    const entry = { values: { kpa: { v: 390, from: 'corrected', was: 400, reason: 'gauge' } } } as unknown as ChainedRecord;
    const later = { reason: 'typing', values: { kpa: { v: 340, from: 'person' } } } as unknown as ChainedRecord;
    expect(shownValue(book.fields[0]!, { entry, corrections: [later] })).toEqual({
      v: 340,
      struck: [
        { v: 400, reason: 'gauge' },
        { v: 390, reason: 'typing' },
      ],
      finding: true,
    });
    expect(shownValue(book.fields[3]!, { entry, corrections: [later] })).toBeUndefined();
    expect(changedOf({ kpa: { v: 340, reason: '' }, dose: { v: 2, reason: '' } }, { kpa: 340 }, 'typing')).toEqual({
      dose: { v: 2, reason: 'typing' },
    });
  });
  it.each([
    ['12,5', 12.5],
    ['', null],
    ['1 2', undefined],
    ['-0.3', -0.3],
  ])('reads %j', (text, value) => expect(numberTyped(text)).toBe(value));
});
