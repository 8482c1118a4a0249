/** Signed in or not; the link to the plant; the frame; which page. */
import { Alert, Button, Center, Loader } from '@mantine/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Ticket } from '../../shared/ticket.ts';
import { ApiError, api, type SessionInfo } from './data/api.ts';
import { PlantLink, useLost, usePlant } from './data/plant.ts';
import { Frame } from './frame/frame.tsx';
import { useRoute } from './hash.ts';
import { useWords, WordsProvider } from './i18n/i18n.tsx';
import { Outbox, useOutbox } from './offline/outbox.ts';
import { ticketsWithWaiting } from './offline/pending.ts';
import { keptStore } from './offline/store.ts';
import { useKept } from './offline/use-kept.ts';
import { SignIn } from './pages/sign-in.tsx';
import { pageOf } from './pages.ts';
import { storedPriorities } from './parts/alarm-sound.tsx';
import { soundAlarm } from './parts/alarm-tones.ts';
import { type Console, ConsoleContext } from './parts/context.ts';
import { Page } from './route.tsx';

type Signed =
  | { state: 'asking' }
  | { state: 'out' }
  | { state: 'unreachable'; kept?: SessionInfo | undefined }
  | { state: 'in'; session: SessionInfo };

export function App() {
  const [signed, setSigned] = useState<Signed>({ state: 'asking' });
  const ask = useCallback(() => {
    // A server that hangs takes the question and does not answer it.
    api.session(AbortSignal.timeout(patienceMs)).then(
      (session) => setSigned({ state: 'in', session }),
      async (error) => {
        if (error instanceof ApiError && error.status === 401) setSigned({ state: 'out' });
        else setSigned({ state: 'unreachable', kept: await keptStore.session().catch(() => undefined) });
      },
    );
  }, []);
  useEffect(ask, [ask]);

  const route = useRoute();
  const session = signed.state === 'in' ? signed.session : signed.state === 'unreachable' ? signed.kept : undefined;
  // Without a connection a technician goes on with his tickets; of nothing else would be said what was once.
  if (session && (signed.state === 'in' || pageOf(route) === 'tickets')) {
    const onSignedOut = () => {
      setSigned({ state: 'out' });
      void keptStore.forget().catch(() => undefined);
    };
    return (
      <SignedIn session={session} onSignedOut={onSignedOut} onBack={signed.state === 'in' ? undefined : ask} key={session.user.name} />
    );
  }
  return (
    <WordsProvider>
      {signed.state === 'out' ? (
        <SignIn onSignedIn={(session) => setSigned({ state: 'in', session })} />
      ) : signed.state === 'unreachable' ? (
        <Unreachable onRetry={ask} kept={signed.kept !== undefined} />
      ) : (
        <Waiting />
      )}
    </WordsProvider>
  );
}

interface SignedAsk {
  session: SessionInfo;
  onSignedOut: () => void;
  /** The connection is there again. */
  onBack: (() => void) | undefined;
}

function SignedIn({ session, onSignedOut, onBack }: SignedAsk) {
  const user = session.user.name;
  const signedOut = useRef(onSignedOut);
  signedOut.current = onSignedOut;
  const [link, outbox] = useMemo(() => {
    const out = () => signedOut.current();
    const plantLink = new PlantLink(user, out);
    const put = (ticket: Ticket) => plantLink.put({ ticket });
    return [plantLink, new Outbox(user, { now: () => plantLink.now(), put, onSignedOut: out })] as const;
  }, [user]);
  useEffect(() => {
    link.start();
    outbox.start();
    return () => {
      link.stop();
      outbox.stop();
    };
  }, [link, outbox]);
  const plant = usePlant(link);
  const lost = useLost(link) !== undefined;
  useKept(link, plant, session);
  const connected = plant?.connected === true;
  useEffect(() => {
    if (!connected) return;
    void outbox.flush();
    onBack?.();
  }, [connected, outbox, onBack]);
  return (
    <WordsProvider fallback={plant?.site.language} timezone={plant?.site.timezone}>
      {plant ? (
        <Running link={link} outbox={outbox} session={session} onSignedOut={onSignedOut} />
      ) : lost ? (
        <Unreachable kept={false} />
      ) : (
        <Waiting />
      )}
    </WordsProvider>
  );
}

interface RunningAsk {
  link: PlantLink;
  outbox: Outbox;
  session: SessionInfo;
  onSignedOut: () => void;
}

function Running({ link, outbox, session, onSignedOut }: RunningAsk) {
  const { t } = useWords();
  const known = usePlant(link);
  const { waiting } = useOutbox(outbox);
  const admin = session.user.role === 'admin';
  const plant = useMemo(() => known && { ...known, tickets: ticketsWithWaiting(known.stored, waiting, admin) }, [known, waiting, admin]);
  const [trouble, setTrouble] = useState<string>();
  const attempt = useCallback(
    async (work: () => Promise<void>) => {
      try {
        await work();
        return undefined;
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status === 401) onSignedOut();
        const detail = error.message;
        if (error.status === 0 || error.status === 403) {
          const words = t(error.status === 0 ? 'sign.unreachable' : 'error.denied');
          return { words, reason: words };
        }
        return { words: t(error.status === 409 ? 'error.conflict' : 'error.other', { detail }), reason: detail };
      }
    },
    [t, onSignedOut],
  );
  const act = useCallback(
    async (work: () => Promise<void>) => {
      const wrong = await attempt(work);
      setTrouble(wrong?.words);
      return wrong === undefined;
    },
    [attempt],
  );
  if (!plant) return <Waiting />;
  const value: Console = { plant, link, outbox, session, may: (permission) => session.permissions.includes(permission), attempt, act };
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
const patienceMs = 8_000;

/** Honest: without a server there is no value that would be true, so none is shown. */
function Unreachable({ onRetry, kept }: { onRetry?: () => void; kept: boolean }) {
  const { t } = useWords();
  const [silenced, setSilenced] = useState(false);
  const [blocked, setBlocked] = useState(false);
  useEffect(() => {
    if (!onRetry) return;
    const timer = setInterval(onRetry, retryEveryMs);
    return () => clearInterval(timer);
  }, [onRetry]);
  const sounding = !silenced && storedPriorities().includes('high');
  useEffect(() => (sounding ? soundAlarm('high', setBlocked) : undefined), [sounding]);
  return (
    <main className="unreachable" role="alert" data-sounding={sounding || undefined}>
      <img src="/icon.svg" alt="" width={64} height={64} />
      <h1>{t('sign.unreachable')}</h1>
      <p>
        <strong>{t('app.lostDo')}</strong>
      </p>
      <p>{t('app.noValues')}</p>
      {blocked && <p role="status">{t('sound.blocked')}</p>}
      {kept && (
        <Button component="a" href="#/tickets?whose=mine" size="md" data-step="offline-tickets">
          {t('outbox.toTickets')}
        </Button>
      )}
      {onRetry && (
        <Button size="md" variant={kept ? 'default' : 'filled'} onClick={onRetry}>
          {t('app.retry')}
        </Button>
      )}
      {sounding && (
        <Button size="md" variant="default" onClick={() => setSilenced(true)}>
          {t('sound.silence')}
        </Button>
      )}
    </main>
  );
}
