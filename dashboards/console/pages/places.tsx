/** Where a code hangs by which wards report: what is abused first, then the state of each card, to print or to replace. */
import { Button, Group, Modal, Stack } from '@mantine/core';
import { useState } from 'react';
import { type PlaceRow, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { dialled } from '../people/duty.ts';
import { type Column, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

export function PlacesPage() {
  const { t, text, dateTime, language } = useWords();
  const { act } = useConsole();
  const [found, load] = useList(plantApi.places);
  const [asked, setAsked] = useState<{ place: PlaceRow; done: boolean }>();
  const replace = async (place: PlaceRow) => {
    const done = await act(async () => {
      await plantApi.replaceCode(place.id);
    });
    load();
    setAsked(done ? { place, done } : undefined);
  };
  const printable = found !== undefined && found.address !== null;
  const columns: Column<PlaceRow>[] = [
    { label: t('places.place'), value: ({ name }) => text(name), show: ({ name }) => <b>{text(name)}</b> },
    {
      label: t('places.phone'),
      value: ({ phone }) => phone ?? '',
      show: ({ phone }) => (phone ? <a href={`tel:${dialled(phone)}`}>{phone}</a> : ''),
    },
    {
      label: t('places.state'),
      value: ({ madeAt }) => (madeAt === null ? t('places.notPrinted') : t('places.inForce', { time: dateTime(madeAt) })),
      show: ({ madeAt, replaced, replacedAt }) => (
        <>
          {madeAt === null ? t('places.notPrinted') : t('places.inForce', { time: dateTime(madeAt) })}
          {replacedAt !== null && <div className="calm small">{t('places.wasReplaced', { n: replaced, time: dateTime(replacedAt) })}</div>}
        </>
      ),
    },
    {
      label: t('places.reports'),
      value: ({ reports: { day, month, all } }) => `${day} / ${month} / ${all}`,
      show: ({ reports: { day, month, all }, suspicious }) => (
        <span className={suspicious ? 'stage-overdue' : undefined}>{`${day} / ${month} / ${all}`}</span>
      ),
    },
    { label: t('places.last'), value: ({ lastAt }) => (lastAt === null ? '' : dateTime(lastAt)) },
    { label: t('places.open'), value: ({ open }) => open },
  ];
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('nav.places')} <b>{found?.places.length ?? ''}</b>
          </h2>
          {printable && (
            <Button component="a" href={plantApi.placeCards(language)} target="_blank" data-step="cards">
              {t('places.cards')}
            </Button>
          )}
        </Group>
        {found?.places
          .filter(({ suspicious }) => suspicious)
          .map(({ id, name }) => (
            <p className="stage-overdue" role="alert" key={id}>
              {t('places.suspicious', { place: text(name) })}
            </p>
          ))}
        {found?.address === null && <p className="stage-urgent">{t('places.noAddress')}</p>}
        <p className="calm">{t('places.hint')}</p>
        <RegisterTable
          name={t('nav.places')}
          file="places"
          rows={found?.places}
          columns={columns}
          keyOf={({ id }) => id}
          actions={(place) => (
            <Group gap="xs" justify="flex-end">
              {printable && (
                <Button component="a" variant="default" href={plantApi.placeCards(language, place.id)} target="_blank" data-step="card">
                  {t('places.card')}
                </Button>
              )}
              {place.madeAt !== null && (
                <Button variant="default" onClick={() => setAsked({ place, done: false })} data-step="replace">
                  {t('places.replace')}
                </Button>
              )}
            </Group>
          )}
        />
      </section>
      <Modal
        opened={asked !== undefined}
        onClose={() => setAsked(undefined)}
        title={t('places.replace')}
        centered
        closeButtonProps={{ 'aria-label': t('dialog.close') }}
      >
        {asked && (
          <Stack gap="sm">
            <p>{t(asked.done ? 'places.replaced' : 'places.sure', { place: text(asked.place.name) })}</p>
            <Group justify="flex-end">
              {asked.done ? (
                printable && (
                  <Button component="a" href={plantApi.placeCards(language, asked.place.id)} target="_blank" data-step="reprint">
                    {t('places.card')}
                  </Button>
                )
              ) : (
                <Button color="red" onClick={() => void replace(asked.place)} data-step="replace-now">
                  {t('places.replace')}
                </Button>
              )}
            </Group>
          </Stack>
        )}
      </Modal>
    </div>
  );
}
