/** The books of records that inspectors ask for: which have something missed or unsigned. */
import '../people/people.css';
import { useCallback, useState } from 'react';
import { type BookHead, peopleApi } from '../data/people-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useLoad } from '../parts/loads.tsx';

const refreshMs = 30_000;

export function BooksPage() {
  const { t, text } = useWords();
  const [books, setBooks] = useState<BookHead[]>();
  useLoad(
    useCallback(async () => setBooks(await peopleApi.books()), []),
    refreshMs,
  );
  const wants = ({ missed, unsigned }: BookHead) => missed * 1_000 + unsigned;
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('nav.books')}</h2>
        <p className="calm">{t('books.hint')}</p>
        <ul className="rows">
          {[...(books ?? [])]
            .sort((a, b) => wants(b) - wants(a))
            .map(({ definition, records, missed, unsigned }) => (
              <li className="row channel-row" key={definition.id} data-book={definition.id}>
                <div className="row-body">
                  <a className="row-title" href={`#/books/${definition.id}`}>
                    {text(definition.title)}
                  </a>
                  <div className="row-facts">
                    <span>{records === 0 ? t('books.paper') : t('books.kept', { n: records })}</span>
                    {missed > 0 && <span className="book-missed">✕ {t('books.missed', { n: missed })}</span>}
                    {unsigned > 0 && <strong className="row-value">{t('books.unsigned', { n: unsigned })}</strong>}
                  </div>
                </div>
              </li>
            ))}
        </ul>
      </section>
    </div>
  );
}
