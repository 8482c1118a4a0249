/** Users: who may what; for administrators. */
import { Box, Button, Group, Modal, PasswordInput, Select, Stack, Table, TextInput } from '@mantine/core';
import { type FormEvent, useCallback, useState } from 'react';
import { type UserRole, userRoles } from '../../../access/permissions.ts';
import { api, type User } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { useLoad } from '../parts/loads.tsx';

export function UsersPage() {
  const { t, dateTime } = useWords();
  const { act, session } = useConsole();
  const [users, setUsers] = useState<User[]>([]);
  const [adding, setAdding] = useState(false);
  const [changing, setChanging] = useState<string>();
  const load = useLoad(useCallback(async () => setUsers(await api.users()), []));
  const run = async (work: () => Promise<unknown>) => {
    await act(async () => {
      await work();
    });
    await load();
  };
  const roles = userRoles.map((role) => ({ value: role, label: t(`role.${role}`) }));
  return (
    <div className="column">
      <section className="panel">
        <Group justify="space-between" mb="xs">
          <h2>
            {t('users.title')} <b>{users.length}</b>
          </h2>
          <Button onClick={() => setAdding(true)}>{t('users.add')}</Button>
        </Group>
        <Box className="scroll" role="region" aria-label={t('users.title')} tabIndex={0}>
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>{t('users.name')}</Table.Th>
                <Table.Th>{t('users.fullName')}</Table.Th>
                <Table.Th>{t('users.role')}</Table.Th>
                <Table.Th>{t('users.lastSeen')}</Table.Th>
                <Table.Th />
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {users.map((user) => (
                <Table.Tr key={user.name}>
                  <Table.Td>{user.name}</Table.Td>
                  <Table.Td>{user.fullName}</Table.Td>
                  <Table.Td>
                    <Select
                      aria-label={`${t('users.role')} ${user.name}`}
                      data={roles}
                      value={user.role}
                      allowDeselect={false}
                      disabled={user.name === session.user.name}
                      onChange={(role) => role && void run(() => api.changeUser(user.name, { role }))}
                    />
                  </Table.Td>
                  <Table.Td>{user.lastSeenAt === null ? '—' : dateTime(user.lastSeenAt)}</Table.Td>
                  <Table.Td>
                    <Group gap="xs" justify="flex-end" wrap="nowrap">
                      <Button size="compact-sm" variant="default" onClick={() => setChanging(user.name)}>
                        {t('users.newPassword')}
                      </Button>
                      {user.name !== session.user.name && (
                        <Button size="compact-sm" variant="default" onClick={() => void run(() => api.removeUser(user.name))}>
                          {t('users.remove')}
                        </Button>
                      )}
                    </Group>
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Box>
      </section>
      <Modal opened={adding} onClose={() => setAdding(false)} title={t('users.add')} centered>
        <UserForm
          roles={roles}
          onSubmit={async (body) => {
            const done = await act(async () => {
              await api.addUser(body);
            });
            if (done) setAdding(false);
            await load();
          }}
        />
      </Modal>
      <Modal
        opened={changing !== undefined}
        onClose={() => setChanging(undefined)}
        title={`${t('users.newPassword')}: ${changing ?? ''}`}
        centered
      >
        <PasswordForm
          onSubmit={async (password) => {
            if (changing && (await act(() => api.setPassword(changing, password)))) setChanging(undefined);
          }}
        />
      </Modal>
    </div>
  );
}

function UserForm({ roles, onSubmit }: { roles: { value: UserRole; label: string }[]; onSubmit: (body: object) => Promise<void> }) {
  const { t } = useWords();
  const [name, setName] = useState('');
  const [fullName, setFullName] = useState('');
  const [role, setRole] = useState<UserRole>('technician');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void onSubmit({ name, role, password, ...(fullName ? { fullName } : {}) });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={t('users.name')}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          required
          pattern="[a-z0-9][a-z0-9._\-]*"
          autoCapitalize="none"
          data-autofocus
        />
        <TextInput label={t('users.fullName')} value={fullName} onChange={(event) => setFullName(event.currentTarget.value)} />
        <Select
          label={t('users.role')}
          data={roles}
          value={role}
          onChange={(value) => value && setRole(value as UserRole)}
          allowDeselect={false}
        />
        <PasswordInput
          label={t('users.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          minLength={10}
          required
          autoComplete="new-password"
        />
        <Button type="submit">{t('users.add')}</Button>
      </Stack>
    </form>
  );
}

function PasswordForm({ onSubmit }: { onSubmit: (password: string) => Promise<void> }) {
  const { t } = useWords();
  const [password, setPassword] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(password);
      }}
    >
      <Stack gap="sm">
        <PasswordInput
          label={t('users.password')}
          value={password}
          onChange={(event) => setPassword(event.currentTarget.value)}
          minLength={10}
          required
          autoComplete="new-password"
          data-autofocus
        />
        <Button type="submit">{t('dialog.ok')}</Button>
      </Stack>
    </form>
  );
}
