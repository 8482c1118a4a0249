/** Who changed what, when, from what to what. */
import { Box, Button, Table } from '@mantine/core';
import { useCallback, useState } from 'react';
import { type AuditEntry, api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';

export function AuditPage() {
  const { t, dateTime } = useWords();
  const { act } = useConsole();
  const [entries, setEntries] = useState<AuditEntry[]>([]);
  const load = useCallback(
    (before: number | undefined) =>
      act(async () => {
        const more = await api.audit(before);
        setEntries((shown) => [...shown, ...more]);
      }),
    [act],
  );
  useLoad(useCallback(async () => setEntries(await api.audit()), []));
  return (
    <div className="column">
      <section className="panel">
        <h2>{t('audit.title')}</h2>
        <Box className="scroll" role="region" aria-label={t('audit.title')} tabIndex={0}>
          <Table verticalSpacing="xs">
            <Table.Thead>
              <Table.Tr>
                {(['audit.when', 'audit.who', 'audit.what', 'audit.object', 'audit.before', 'audit.after'] as const).map((key) => (
                  <Table.Th key={key}>{t(key)}</Table.Th>
                ))}
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {entries.map((entry) => (
                <Table.Tr key={entry.id}>
                  <Table.Td>{dateTime(entry.at)}</Table.Td>
                  <Table.Td>{entry.who}</Table.Td>
                  <Table.Td>{entry.action}</Table.Td>
                  <Table.Td>{entry.object}</Table.Td>
                  <Table.Td className="json">{show(entry.before)}</Table.Td>
                  <Table.Td className="json">{show(entry.after)}</Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
        {entries.length >= 100 && (
          <Button variant="default" onClick={() => void load(entries.at(-1)?.id)}>
            {t('audit.older')}
          </Button>
        )}
      </section>
    </div>
  );
}

function show(value: unknown): string {
  if (value === null || typeof value !== 'object') return '';
  return Object.entries(value)
    .filter(([, part]) => part !== null && part !== undefined)
    .map(([name, part]) => `${name}: ${typeof part === 'object' ? JSON.stringify(part) : String(part)}`)
    .join(', ');
}
