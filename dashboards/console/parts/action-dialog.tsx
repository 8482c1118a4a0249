/** Asks for the words that go with a step: comment, reason, what was done. */
import { Button, Group, Modal, NumberInput, Stack, Text, Textarea } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { useWords } from '../i18n/i18n.tsx';

export interface Question {
  title: string;
  subject: string;
  hint?: string | undefined;
  label: string;
  required: boolean;
  /** Also asks for minutes. */
  minutes?: { label: string; standard: number; most: number };
  run(words: string, minutes: number): Promise<boolean>;
}

export function ActionDialog({ question, onClose }: { question: Question | undefined; onClose: () => void }) {
  return (
    <Modal opened={question !== undefined} onClose={onClose} title={question?.title ?? ''} centered transitionProps={{ duration: 0 }}>
      {question && <ActionForm question={question} onClose={onClose} key={question.title + question.subject} />}
    </Modal>
  );
}

function ActionForm({ question, onClose }: { question: Question; onClose: () => void }) {
  const { t } = useWords();
  const [words, setWords] = useState('');
  const [minutes, setMinutes] = useState(question.minutes?.standard ?? 0);
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    if (await question.run(words.trim(), minutes)) onClose();
    else setBusy(false);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <Text fw={600}>{question.subject}</Text>
        {question.hint && (
          <Text size="sm" c="dimmed">
            {question.hint}
          </Text>
        )}
        {question.minutes && (
          <NumberInput
            label={question.minutes.label}
            value={minutes}
            onChange={(value) => setMinutes(Number(value))}
            min={1}
            max={question.minutes.most}
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
          <Button type="submit" loading={busy} disabled={question.required && words.trim() === ''}>
            {question.title}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
