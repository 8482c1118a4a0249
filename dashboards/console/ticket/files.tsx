/** Photos before and after, and papers: taken with the phone, made small there, sent when there is a connection. */
import { useEffect, useMemo, useState } from 'react';
import { type TicketFileInfo, ticketApi } from '../data/ticket-api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Waiting } from '../offline/store.ts';
import { useConsole } from '../parts/context.ts';
import { shrink } from './shrink.ts';
import { useWho } from './who.ts';

type Purpose = 'before' | 'after' | 'document';
const labels = { before: 'files.before', after: 'files.after', document: 'files.document' } as const satisfies Record<Purpose, TextKey>;

interface FilesAsk {
  ticket: string;
  files: readonly TicketFileInfo[];
  waiting: readonly Waiting[];
  send: (file: NonNullable<Waiting['file']>) => Promise<boolean>;
}

export function TicketFiles({ ticket, files, waiting, send }: FilesAsk) {
  const { t, time } = useWords();
  const { may, link, plant } = useConsole();
  const who = useWho();
  const [busy, setBusy] = useState(false);
  const shown = files.filter(({ purpose }) => purpose !== 'signature');
  const mine = waiting.filter((one) => one.file && one.ticket === ticket);
  const mayAdd = may('ticket:open');
  if (!mayAdd && shown.length === 0) return null;
  const take = async (purpose: Purpose, list: FileList | null) => {
    setBusy(true);
    for (const file of list ?? []) {
      const small = file.type.startsWith('image/') ? await shrink(file) : { blob: file, name: file.name };
      await send({ ...small, purpose });
    }
    setBusy(false);
  };
  const caption = (purpose: TicketFileInfo['purpose']) => (purpose === 'signature' ? '' : t(labels[purpose]));
  return (
    <section className="panel" data-panel="files">
      <h3>
        {t('files.title')} <b className="calm">{shown.length + mine.length || ''}</b>
      </h3>
      {mayAdd && (
        <div className="big-buttons">
          <Camera label={t('files.takeBefore')} purpose="before" busy={busy} take={take} />
          <Camera label={t('files.takeAfter')} purpose="after" busy={busy} take={take} />
          <Camera label={t('files.add')} purpose="document" busy={busy} take={take} />
        </div>
      )}
      <ul className="photos">
        {shown.map((file) => (
          <li key={file.id} data-file={file.purpose}>
            <a href={ticketApi.file(ticket, file.id)} target="_blank" rel="noreferrer">
              {file.type.startsWith('image/') && plant.connected ? (
                <img src={ticketApi.file(ticket, file.id)} alt={`${caption(file.purpose)} ${file.name}`} loading="lazy" />
              ) : (
                <span className="paper">{file.name}</span>
              )}
            </a>
            <span className="small">
              {caption(file.purpose)} · {who(file.madeBy)} · {time(file.madeAt, link.now())}
            </span>
          </li>
        ))}
        {mine.map((one) => (
          <li key={one.key} data-file="waiting">
            {one.file && <Picture blob={one.file.blob} name={one.file.name} />}
            <span className="small">
              {one.file && caption(one.file.purpose)} · {t('outbox.waits')}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface CameraAsk {
  label: string;
  purpose: Purpose;
  busy: boolean;
  take: (purpose: Purpose, files: FileList | null) => Promise<void>;
}

function Camera({ label, purpose, busy, take }: CameraAsk) {
  const paper = purpose === 'document';
  return (
    <label className="camera" data-busy={busy || undefined}>
      <input
        type="file"
        accept={paper ? 'image/jpeg,image/png,image/webp,application/pdf' : 'image/*'}
        {...(paper ? { multiple: true } : { capture: 'environment' as const })}
        disabled={busy}
        onChange={(event) => {
          const input = event.currentTarget;
          void take(purpose, input.files).then(() => {
            input.value = '';
          });
        }}
        data-camera={purpose}
      />
      {label}
    </label>
  );
}

function Picture({ blob, name }: { blob: Blob; name: string }) {
  const url = useMemo(() => (blob.type.startsWith('image/') ? URL.createObjectURL(blob) : undefined), [blob]);
  useEffect(() => () => (url ? URL.revokeObjectURL(url) : undefined), [url]);
  return url ? <img src={url} alt={name} /> : <span className="paper">{name}</span>;
}
