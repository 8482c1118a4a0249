/** The department signs: name, drawn line, stars. On the phone of whoever repaired, somebody of the department does it. */
import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Ticket } from '../../../shared/ticket.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { SignPad } from './sign-pad.tsx';

export function SignForm({ ticket, send }: { ticket: Ticket; send: (action: string, body: object) => Promise<boolean> }) {
  const { t } = useWords();
  const { may, session } = useConsole();
  const [name, setName] = useState(may('ticket:work') || session.user.fullName === session.user.name ? '' : session.user.fullName);
  const [signature, setSignature] = useState<string>();
  const [stars, setStars] = useState(0);
  const [busy, setBusy] = useState(false);
  if (ticket.state !== 'resolved' || !may('ticket:sign')) return null;
  if (ticket.alarmActive)
    return (
      <section className="panel" data-panel="sign">
        <h3>{t('sign.title')}</h3>
        <p>{t(ticket.values?.lifeSafety ? 'tickets.lifeDanger' : 'sign.notYet')}</p>
      </section>
    );
  const handed = may('ticket:work');
  const sign = async () => {
    setBusy(true);
    await send('sign', { name: name.trim(), signature, handed, ...(stars > 0 ? { stars } : {}) });
    setBusy(false);
  };
  return (
    <section className="panel" data-panel="sign">
      <h3>{t('sign.title')}</h3>
      {handed && <p className="calm">{t('sign.handOver')}</p>}
      <TextInput
        label={t('sign.name')}
        size="md"
        value={name}
        maxLength={60}
        autoComplete="off"
        onChange={(event) => setName(event.currentTarget.value)}
        required
      />
      <SignPad onDrawn={setSignature} drawn={signature !== undefined} />
      <div className="stars" role="radiogroup" aria-label={t('sign.stars')}>
        {[1, 2, 3, 4, 5].map((n) => (
          // biome-ignore lint/a11y/useSemanticElements: five large stars in a row, each a button
          <button
            key={n}
            type="button"
            role="radio"
            aria-checked={stars === n}
            aria-label={t('sign.star', { n })}
            className={n <= stars ? 'on' : undefined}
            onClick={() => setStars(n === stars ? 0 : n)}
          >
            {n <= stars ? '★' : '☆'}
          </button>
        ))}
      </div>
      <Button
        size="lg"
        fullWidth
        loading={busy}
        disabled={name.trim() === '' || signature === undefined}
        onClick={() => void sign()}
        data-step="sign"
      >
        {t('sign.send')}
      </Button>
    </section>
  );
}
