/** Things of the plant as a tree, with a meter or without; new ones are added here, and their codes printed. */
import { Button, Group } from '@mantine/core';
import { useMemo, useState } from 'react';
import { type AssetKind, assetKindLabels, assetKinds, assetStateLabels } from '../../../shared/plant-words.ts';
import { type AssetNode, plantApi } from '../data/plant-api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Tree } from '../parts/tree.tsx';
import type { TreeNode } from '../parts/tree-keys.ts';
import { assetTreeOf } from '../plant/asset-tree.ts';
import { type Column, type FormAsk, FormDialog, many, maybe, one, RegisterTable } from '../plant/register.tsx';
import { useList } from '../plant/use-list.ts';

export function AssetsPage() {
  const { t, text, language } = useWords();
  const { may } = useConsole();
  const [nodes, load] = useList(plantApi.assets);
  const [ask, setAsk] = useState<FormAsk>();
  const form = useAssetForm(nodes ?? [], load);
  const tree = useMemo(() => assetTreeOf(nodes ?? [], text), [nodes, text]);
  const own = nodes?.filter(({ facts }) => facts !== null);
  const columns: Column<AssetNode>[] = [
    { label: t('assets.name'), value: ({ name }) => text(name), show: (node) => <a href={`#/assets/${node.id}`}>{text(node.name)}</a> },
    { label: t('assets.kind'), value: ({ kind }) => text(assetKindLabels[kind]) },
    { label: t('assets.place'), value: ({ location }) => text(location) },
    { label: t('assets.registration'), value: ({ facts }) => facts?.registration ?? '' },
    { label: t('assets.state'), value: ({ facts }) => (facts ? text(assetStateLabels[facts.state]) : '') },
    { label: t('assets.code'), value: ({ id }) => id },
  ];
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between">
          <h2>
            {t('assets.withoutMeter')} <b>{own?.length ?? ''}</b>
          </h2>
          <Group>
            <Button component="a" variant="default" href={plantApi.cards([], language)} target="_blank">
              {t('assets.cards')}
            </Button>
            {may('plant:change') && (
              <Button onClick={() => setAsk(form(undefined))} data-step="add">
                {t('register.add')}
              </Button>
            )}
          </Group>
        </Group>
        <RegisterTable name={t('assets.withoutMeter')} file="assets" rows={own} columns={columns} keyOf={({ id }) => id} />
      </section>
      <section className="panel">
        <h2>{t('assets.tree')}</h2>
        {tree.length > 0 && (
          <Tree label={t('assets.tree')} nodes={tree} opened={[]} row={(node: TreeNode<AssetNode>) => <AssetLine node={node} />} />
        )}
      </section>
      <FormDialog ask={ask} onClose={() => setAsk(undefined)} />
    </div>
  );
}

function AssetLine({ node: { data, text: name, children } }: { node: TreeNode<AssetNode> }) {
  const { text } = useWords();
  return (
    <span>
      {data.kind === 'building' ? <b>{name}</b> : <a href={`#/assets/${data.id}`}>{name}</a>}{' '}
      <span className="calm small">
        {text(assetKindLabels[data.kind])}
        {children.length > 0 ? ` · ${children.length}` : ''}
      </span>
    </span>
  );
}

/** The form for a new thing, or for one of the register. */
export function useAssetForm(nodes: readonly AssetNode[], onKept: () => void): (node: AssetNode | undefined) => FormAsk {
  const { t, text } = useWords();
  const { plant, act } = useConsole();
  const named = (list: readonly { id: string; name: { zh: string; en: string } }[]) =>
    list.map(({ id, name }) => ({ value: id, label: text(name) }));
  const labels = (record: Record<string, { zh: string; en: string }>, keys: readonly string[]) =>
    keys.map((value) => ({ value, label: text(record[value]) }));
  return (node) => {
    const facts = node?.facts;
    return {
      title: node ? text(node.name) : t('register.add'),
      fields: [
        ...(node ? [] : [{ name: 'id', label: t('assets.code'), required: true, hint: t('assets.codeHint') }]),
        { name: 'kind', label: t('assets.kind'), kind: 'select', required: true, options: labels(assetKindLabels, assetKinds) },
        { name: 'zh', label: t('assets.nameZh'), required: true },
        { name: 'en', label: t('assets.nameEn'), required: true },
        { name: 'building', label: t('maintenance.building'), kind: 'select', options: named(plant.site.buildings) },
        {
          name: 'parent',
          label: t('assets.parent'),
          kind: 'select',
          options: named(nodes.filter(({ kind, id }) => kind !== 'building' && id !== node?.id)),
        },
        { name: 'devices', label: t('assets.devices'), kind: 'multi', options: named([...plant.devices.values()]) },
        {
          name: 'system',
          label: t('tickets.system'),
          kind: 'select',
          options: plant.site.systems.map(({ id, label }) => ({ value: id, label: text(label) })),
        },
        {
          name: 'trade',
          label: t('plans.trade'),
          kind: 'select',
          required: true,
          options: plant.site.trades.map(({ id, label }) => ({ value: id, label: text(label) })),
        },
        { name: 'location', label: t('assets.place') },
        { name: 'registration', label: t('assets.registration') },
        { name: 'model', label: t('assets.model') },
        { name: 'maker', label: t('assets.maker') },
        { name: 'serial', label: t('assets.serial') },
        { name: 'installed', label: t('assets.installed'), kind: 'date' },
        { name: 'parameters', label: t('assets.parameters') },
        { name: 'officer', label: t('assets.officer') },
        {
          name: 'state',
          label: t('assets.state'),
          kind: 'select',
          required: true,
          options: labels(assetStateLabels, Object.keys(assetStateLabels)),
        },
      ],
      values: {
        ...(Object.fromEntries(Object.entries(facts ?? {}).filter(([, value]) => typeof value === 'string')) as Record<string, string>),
        kind: facts?.kind ?? ('other' satisfies AssetKind),
        zh: facts?.name.zh ?? '',
        en: facts?.name.en ?? '',
        devices: [...(facts?.devices ?? [])],
        trade: facts?.trade ?? 'general',
        location: text(facts?.location),
        state: facts?.state ?? 'in-use',
      },
      send: (values) =>
        act(async () => {
          const optional = [
            'building',
            'parent',
            'system',
            'registration',
            'model',
            'maker',
            'serial',
            'installed',
            'parameters',
            'officer',
          ];
          const place = maybe(values, 'location');
          // Who writes in one language leaves the other one as it was.
          const location = place === undefined ? undefined : place === text(facts?.location) ? facts?.location : { zh: place, en: place };
          await plantApi.put('assets', {
            ...(facts ?? {}),
            ...(node ? { id: node.id, version: node.version ?? undefined } : { id: one(values, 'id') }),
            ...Object.fromEntries(optional.map((name) => [name, maybe(values, name)])),
            kind: one(values, 'kind'),
            name: { zh: one(values, 'zh'), en: one(values, 'en') },
            devices: many(values, 'devices'),
            trade: one(values, 'trade'),
            location,
            state: one(values, 'state'),
          });
          onKept();
        }),
    };
  };
}
