/** Signed in or not; the link to the plant; the frame; which page. */
import { Alert, Button, Center, Loader } from '@mantine/core';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { ApiError, api, type SessionInfo } from './data/api.ts';
import { PlantLink, usePlant } from './data/plant.ts';
import { Frame } from './frame/frame.tsx';
import { useWords, WordsProvider } from './i18n/i18n.tsx';
import { SignIn } from './pages/sign-in.tsx';
import { type Console, ConsoleContext } from './parts/context.ts';
import { Page } from './route.tsx';

type Signed = { state: 'asking' } | { state: 'out' } | { state: 'unreachable' } | { state: 'in'; session: SessionInfo };

export function App() {
  const [signed, setSigned] = useState<Signed>({ state: 'asking' });
  const ask = useCallback(() => {
    api.session().then(
      (session) => setSigned({ state: 'in', session }),
      (error) => setSigned({ state: error instanceof ApiError && error.status === 401 ? 'out' : 'unreachable' }),
    );
  }, []);
  useEffect(ask, [ask]);

  if (signed.state === 'in') {
    return <SignedIn session={signed.session} onSignedOut={() => setSigned({ state: 'out' })} key={signed.session.user.name} />;
  }
  return (
    <WordsProvider>
      {signed.state === 'out' ? (
        <SignIn onSignedIn={(session) => setSigned({ state: 'in', session })} />
      ) : signed.state === 'unreachable' ? (
        <Unreachable onRetry={ask} />
      ) : (
        <Waiting />
      )}
    </WordsProvider>
  );
}

function SignedIn({ session, onSignedOut }: { session: SessionInfo; onSignedOut: () => void }) {
  const link = useMemo(() => new PlantLink(onSignedOut), [onSignedOut]);
  useEffect(() => {
    link.start();
    return () => link.stop();
  }, [link]);
  const plant = usePlant(link);
  return (
    <WordsProvider fallback={plant?.site.language} timezone={plant?.site.timezone}>
      {plant ? <Running link={link} session={session} onSignedOut={onSignedOut} /> : <Waiting />}
    </WordsProvider>
  );
}

function Running({ link, session, onSignedOut }: { link: PlantLink; session: SessionInfo; onSignedOut: () => void }) {
  const { t } = useWords();
  const plant = usePlant(link);
  const [trouble, setTrouble] = useState<string>();
  const act = useCallback(
    async (work: () => Promise<void>) => {
      try {
        await work();
        setTrouble(undefined);
        return true;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) onSignedOut();
        const detail = error.message;
        setTrouble(
          error.status === 0
            ? t('sign.unreachable')
            : error.status === 403
              ? t('error.denied')
              : t(error.status === 409 ? 'error.conflict' : 'error.other', { detail }),
        );
        return false;
      }
    },
    [t, onSignedOut],
  );
  if (!plant) return <Waiting />;
  const value: Console = { plant, link, session, may: (permission) => session.permissions.includes(permission), act };
  return (
    <ConsoleContext value={value}>
      <Frame onSignedOut={onSignedOut}>
        {trouble && (
          <Alert
            className="trouble"
            color="orange"
            withCloseButton
            closeButtonLabel={t('dialog.close')}
            onClose={() => setTrouble(undefined)}
            role="alert"
          >
            {trouble}
          </Alert>
        )}
        <Page />
      </Frame>
    </ConsoleContext>
  );
}

function Waiting() {
  const { t } = useWords();
  return (
    <Center h="100dvh">
      <Loader aria-label={t('app.loading')} />
    </Center>
  );
}

const retryEveryMs = 5_000;

/** Honest: without a server there is no value that would be true, so none is shown. */
function Unreachable({ onRetry }: { onRetry: () => void }) {
  const { t } = useWords();
  useEffect(() => {
    const timer = setTimeout(onRetry, retryEveryMs);
    return () => clearTimeout(timer);
  }, [onRetry]);
  return (
    <main className="unreachable" role="alert">
      <img src="/icon.svg" alt="" width={64} height={64} />
      <h1>{t('sign.unreachable')}</h1>
      <p>{t('app.noValues')}</p>
      <Button size="md" onClick={onRetry}>
        {t('app.retry')}
      </Button>
    </main>
  );
}
