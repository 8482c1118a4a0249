/** Asks for the words that go with a step: comment, reason, what was done; also for how long, or for which thing. */
import { Alert, Button, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useWords } from '../i18n/i18n.tsx';
import { duration } from './duration.ts';

export interface Question {
  title: string;
  subject: string;
  hint?: string | undefined;
  /** What is dangerous about doing it now. */
  warning?: string | undefined;
  label: string;
  required: boolean;
  minutes?: { label: string; standard: number; choices: readonly number[] };
  choice?: { label: string; standard: string | null; choices: readonly { value: string; label: string }[] };
  run(words: string, more: { minutes: number; choice: string | null }): Promise<boolean>;
}

export function ActionDialog({ question, onClose }: { question: Question | undefined; onClose: () => void }) {
  const { t } = useWords();
  const from = useRef<Element>(null);
  const asked = question !== undefined;
  useEffect(() => {
    if (asked) {
      from.current = document.activeElement?.closest('.row') ?? null;
      return;
    }
    // The step may have taken away the button that opened the dialog: the focus stays at its row, or goes to the page.
    const timer = setTimeout(() => {
      if (document.activeElement !== document.body || !from.current) return;
      const row = from.current.isConnected ? from.current.querySelector<HTMLElement>('a.row-title') : null;
      (row ?? document.getElementById('main'))?.focus();
    }, 50);
    return () => clearTimeout(timer);
  }, [asked]);
  return (
    <Modal
      opened={asked}
      onClose={onClose}
      title={question?.title ?? ''}
      centered
      transitionProps={{ duration: 0 }}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {question && <ActionForm question={question} onClose={onClose} key={question.title + question.subject} />}
    </Modal>
  );
}

function ActionForm({ question, onClose }: { question: Question; onClose: () => void }) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const [minutes, setMinutes] = useState(question.minutes?.standard ?? 0);
  const [choice, setChoice] = useState(question.choice?.standard ?? null);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await question.run(words.trim(), { minutes, choice })) onClose();
    else setBusy(false);
  };
  const missing = (question.required && words.trim() === '') || (question.choice !== undefined && choice === null);
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text fw={600}>{question.subject}</Text>
        {question.warning && (
          <Alert color="red" data-warning={question.title}>
            {question.warning}
          </Alert>
        )}
        {question.hint && (
          <Text size="sm" c="dimmed">
            {question.hint}
          </Text>
        )}
        {question.minutes && (
          <Select
            label={question.minutes.label}
            value={String(minutes)}
            onChange={(value) => setMinutes(Number(value))}
            data={question.minutes.choices.map((n) => ({
              value: String(n),
              label: duration(n, t),
            }))}
            allowDeselect={false}
          />
        )}
        {question.choice && (
          <Select
            label={question.choice.label}
            value={choice}
            onChange={setChoice}
            data={[...question.choice.choices]}
            searchable
            required
          />
        )}
        <Textarea
          label={question.label}
          value={words}
          onChange={(event) => setWords(event.currentTarget.value)}
          required={question.required}
          maxLength={2_000}
          autosize
          minRows={2}
          data-autofocus
        />
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('dialog.cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={missing}>
            {question.title}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
