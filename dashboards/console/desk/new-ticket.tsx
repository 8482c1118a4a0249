/** A ticket that a person opens: what is wrong, where, which trade. */
import { Button, Group, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { type FormEvent, useRef, useState } from 'react';
import { priorities, priorityLabels } from '../../../shared/alarm.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { newKey } from '../offline/send.ts';
import { useConsole } from '../parts/context.ts';

export function NewTicket({ onDone }: { onDone: () => void }) {
  const { t, text } = useWords();
  const { plant, link, act } = useConsole();
  const [title, setTitle] = useState('');
  const [description, setDescription] = useState('');
  const [location, setLocation] = useState('');
  const [system, setSystem] = useState<string | null>(plant.site.systems[0]?.id ?? null);
  const [trade, setTrade] = useState<string | null>(plant.site.trades[0]?.id ?? null);
  const [priority, setPriority] = useState<string | null>('medium');
  const step = useRef<{ said: string; key: string }>(undefined);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    const body = { title, description: description || title, system, trade, priority, ...(location ? { location } : {}) };
    const said = JSON.stringify(body);
    if (step.current?.said !== said) step.current = { said, key: newKey() };
    const { key } = step.current;
    if (await act(async () => link.put({ ticket: await api.openTicket(body, key) }))) onDone();
  };
  const options = (list: readonly { id: string; label: { zh: string; en: string } }[]) =>
    list.map(({ id, label }) => ({ value: id, label: text(label) }));
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('tickets.what')}
          value={title}
          onChange={(event) => setTitle(event.currentTarget.value)}
          required
          maxLength={200}
          data-autofocus
        />
        <TextInput
          label={t('tickets.where')}
          value={location}
          onChange={(event) => setLocation(event.currentTarget.value)}
          maxLength={200}
        />
        <Textarea
          label={t('tickets.detail')}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
          autosize
          minRows={2}
        />
        <Group grow>
          <Select
            label={t('tickets.system')}
            data={options(plant.site.systems)}
            value={system}
            onChange={setSystem}
            allowDeselect={false}
          />
          <Select label={t('tickets.trade')} data={options(plant.site.trades)} value={trade} onChange={setTrade} allowDeselect={false} />
        </Group>
        <Select
          label={t('tickets.priority')}
          data={priorities.map((id) => ({ value: id, label: text(priorityLabels[id]) }))}
          value={priority}
          onChange={setPriority}
          allowDeselect={false}
        />
        <Group justify="flex-end">
          <Button type="submit" disabled={title.trim() === ''}>
            {t('tickets.new')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
