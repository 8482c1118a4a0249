/** One's own password. Afterwards everybody with the old one has to sign in again, oneself too. */
import { Alert, Button, Group, Modal, PasswordInput, Stack } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';

const leastLength = 10;

export function PasswordDialog({ opened, onClose, onChanged }: { opened: boolean; onClose: () => void; onChanged: () => void }) {
  const { t } = useWords();
  return (
    <Modal opened={opened} onClose={onClose} title={t('password.title')} centered closeButtonProps={{ 'aria-label': t('dialog.close') }}>
      <PasswordForm onChanged={onChanged} />
    </Modal>
  );
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const { t } = useWords();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [trouble, setTrouble] = useState<string>();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await api.changePassword(old, next);
      onChanged();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setTrouble(
        t(error.status === 0 ? 'sign.unreachable' : error.status === 429 ? 'sign.tooMany' : 'password.refused', { least: leastLength }),
      );
    }
  };
  const field = (label: string, value: string, set: (value: string) => void, autoComplete: string, error?: string) => (
    <PasswordInput
      label={label}
      value={value}
      onChange={(event) => set(event.currentTarget.value)}
      autoComplete={autoComplete}
      error={error}
      required
    />
  );
  const differs = again !== '' && again !== next;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        {field(t('password.old'), old, setOld, 'current-password')}
        {field(t('users.newPassword'), next, setNext, 'new-password')}
        {field(t('password.again'), again, setAgain, 'new-password', differs ? t('password.differs') : undefined)}
        {trouble && (
          <Alert color="orange" role="alert">
            {trouble}
          </Alert>
        )}
        <Group justify="flex-end">
          <Button type="submit" disabled={next.length < leastLength || next !== again || old === ''}>
            {t('password.title')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
