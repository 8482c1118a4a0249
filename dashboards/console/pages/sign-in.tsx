import { Alert, Button, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { ApiError, api, type SessionInfo } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';

export function SignIn({ onSignedIn }: { onSignedIn: (session: SessionInfo) => void }) {
  const { t, language, setLanguage } = useWords();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [trouble, setTrouble] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    try {
      onSignedIn(await api.signIn(user, password));
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      setTrouble(t(status === 0 ? 'sign.unreachable' : status === 429 ? 'sign.tooMany' : 'sign.wrong'));
      setBusy(false);
    }
  };
  return (
    <main className="sign-in">
      <Paper shadow="sm" p="xl" radius="md" withBorder w="100%" maw={400}>
        <form onSubmit={submit}>
          <Stack>
            <div className="sign-brand">
              <img src="/icon.svg" alt="" width={44} height={44} />
              <Title order={1} size="h2">
                Plantroom
              </Title>
            </div>
            <Text c="dimmed">{t('sign.hint')}</Text>
            <TextInput
              size="md"
              label={t('sign.user')}
              value={user}
              onChange={(event) => setUser(event.currentTarget.value)}
              autoComplete="username"
              autoCapitalize="none"
              required
              withAsterisk={false}
              autoFocus
            />
            <PasswordInput
              size="md"
              label={t('sign.password')}
              value={password}
              onChange={(event) => setPassword(event.currentTarget.value)}
              autoComplete="current-password"
              required
              withAsterisk={false}
            />
            {trouble && (
              <Alert color="orange" role="alert">
                {trouble}
              </Alert>
            )}
            <Button type="submit" size="md" loading={busy}>
              {t('sign.button')}
            </Button>
            <Button
              variant="subtle"
              color="gray"
              lang={language === 'zh' ? 'en' : 'zh-CN'}
              onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
            >
              {t('menu.language')}
            </Button>
          </Stack>
        </form>
      </Paper>
    </main>
  );
}
