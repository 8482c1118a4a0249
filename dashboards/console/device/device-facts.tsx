/** What a device is: place, wiring, ratings; and what its profile is and how far it can be trusted. */
import { useEffect, useState } from 'react';
import { attributeLabel } from '../../../shared/attribute-labels.ts';
import type { ProfileFacts } from '../../../shared/profile-facts.ts';
import { spanText } from '../../../shared/wording.ts';
import { api, type DeviceInfo } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { sourceText } from '../rules/wording.ts';

interface Named {
  id: string;
  name: { zh: string; en: string };
}

export function DeviceFactsPanel({ device, now }: { device: DeviceInfo; now: number }) {
  const { t, text, age, dateTime } = useWords();
  const { plant } = useConsole();
  const name = (list: readonly Named[], found: string | null) => text(list.find((one) => one.id === found)?.name);
  const facts: [TextKey, string][] = [
    ['device.place', [name(plant.site.buildings, device.building), text(device.location)].filter(Boolean).join(' · ')],
    ['device.department', name(plant.site.departments, device.department) || name(plant.site.tenants, device.tenant)],
    ['device.circuit', device.circuit ?? ''],
    ['device.fedBy', device.fedBy ? text(plant.devices.get(device.fedBy)?.name) || device.fedBy : ''],
    ['device.gateway', `${name(plant.site.gateways, device.gateway)} · ${device.bus}`],
    ['device.poll', text(spanText(device.pollMs))],
    [
      'device.attributes',
      Object.entries(device.attributes)
        .map(([key, value]) => {
          const known = attributeLabel(key);
          return known ? `${text(known.label)} ${value} ${known.unit}`.trim() : `${key} ${value}`;
        })
        .join(t('list.comma')),
    ],
    ['devices.lastReading', device.lastReadingAt === null ? '' : `${dateTime(device.lastReadingAt)} · ${age(device.lastReadingAt, now)}`],
  ];
  return (
    <section className="panel">
      <h3>{t('device.facts')}</h3>
      <Facts facts={facts} />
      {device.profile && <Profile device={device.id} profile={device.profile} />}
    </section>
  );
}

function Profile({ device, profile }: { device: string; profile: string }) {
  const { t, text } = useWords();
  const [facts, setFacts] = useState<ProfileFacts>();
  useEffect(() => {
    const abort = new AbortController();
    api.deviceProfile(device, abort.signal).then(setFacts, () => undefined);
    return () => abort.abort();
  }, [device]);
  return (
    <>
      <h4 className="facts-title">{t('device.profile')}</h4>
      <Facts
        facts={[
          ['profile.model', facts ? `${facts.vendor} ${facts.model}` : ''],
          ['profile.title', text(facts?.title)],
          ['profile.file', `${profile}.yaml`],
          ['profile.evidence', facts ? `${facts.evidence} · ${t(`profile.evidence.${facts.evidence}`)}` : ''],
          ['profile.source', facts ? sourceText(facts.source, t) : ''],
        ]}
      />
      {facts && facts.notes.length > 0 && (
        <details className="profile-notes">
          <summary>{t('rules.english', { source: t('profile.notes') })}</summary>
          <ul>
            {facts.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function Facts({ facts }: { facts: readonly [TextKey, string][] }) {
  const { t } = useWords();
  return (
    <dl className="facts">
      {facts.map(([key, value]) =>
        value ? (
          <div key={key}>
            <dt>{t(key)}</dt>
            <dd>{value}</dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
