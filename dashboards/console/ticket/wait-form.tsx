/** Why it cannot go on now, and when it will: the clocks stand still until then and run again by themselves. */
import { Button, SegmentedControl, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { type Ticket, type WaitingKind, waitingKindLabels, waitingKinds } from '../../../shared/ticket.ts';
import { momentOf, wallOf } from '../../../shared/zone.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';

const hourMs = 3_600_000;
const wall = (ms: number) => new Date(ms).toISOString().slice(0, 16);

export function WaitForm({ ticket, send }: { ticket: Ticket; send: (body: object) => Promise<boolean> }) {
  const { t, text } = useWords();
  const { plant, link } = useConsole();
  const { timezone } = plant.site;
  const [kind, setKind] = useState<WaitingKind>('parts');
  const [reason, setReason] = useState('');
  const [until, setUntil] = useState(() => wall(wallOf(timezone, link.now() + 24 * hourMs)));
  const [busy, setBusy] = useState(false);
  const resumeAt = momentOf(timezone, Date.parse(`${until}:00Z`));
  const early = !(resumeAt > link.now());
  const unapproved = kind === 'contractor' && ticket.life.approval === null;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    await send({ kind, reason: reason.trim(), resumeAt });
    setBusy(false);
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <Stack gap="sm">
        <SegmentedControl
          aria-label={t('wait.kind')}
          fullWidth
          size="md"
          className="wait-kinds"
          orientation={window.innerWidth < 500 ? 'vertical' : 'horizontal'}
          value={kind}
          onChange={(value) => setKind(value as WaitingKind)}
          data={waitingKinds.map((value) => ({ value, label: text(waitingKindLabels[value]) }))}
        />
        {unapproved && (
          <p className="wrong-note" role="alert">
            {t('wait.approvalFirst')}
          </p>
        )}
        <Textarea
          label={t('dialog.reason')}
          value={reason}
          maxLength={2_000}
          onChange={(event) => setReason(event.currentTarget.value)}
          required
          data-autofocus
        />
        <TextInput
          type="datetime-local"
          label={t('wait.until')}
          description={t('wait.untilHint')}
          value={until}
          onChange={(event) => setUntil(event.currentTarget.value)}
          error={early ? t('wait.future') : undefined}
          required
        />
        <Button type="submit" size="md" loading={busy} disabled={reason.trim() === '' || early || unapproved}>
          {t('tickets.wait')}
        </Button>
      </Stack>
    </form>
  );
}
