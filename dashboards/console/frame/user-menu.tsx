/** Language, light or dark, help, signing out. On a phone the first two are in the menu. */
import { ActionIcon, Button, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { useState } from 'react';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Icon } from '../parts/icons.tsx';
import { PasswordDialog } from './password-dialog.tsx';

export function UserMenu({ onSignedOut, onHelp }: { onSignedOut: () => void; onHelp: () => void }) {
  const { t, language, setLanguage } = useWords();
  const { session, act } = useConsole();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const [changing, setChanging] = useState(false);
  const otherLanguage = () => setLanguage(language === 'zh' ? 'en' : 'zh');
  const otherScheme = () => setColorScheme(scheme === 'dark' ? 'light' : 'dark');
  const signOut = () =>
    void act(async () => {
      await api.signOut();
      onSignedOut();
    });
  return (
    <>
      <Button
        className="language"
        size="compact-md"
        variant="subtle"
        color="gray"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        onClick={otherLanguage}
      >
        {t('menu.language')}
      </Button>
      <ActionIcon className="theme" variant="subtle" color="gray" size="lg" aria-label={t('menu.theme')} onClick={otherScheme}>
        <Icon name="sun" />
      </ActionIcon>
      <Menu position="bottom-end" shadow="md" width={220} zIndex={300}>
        <Menu.Target>
          <ActionIcon className="user" variant="subtle" color="gray" size="lg" aria-label={t('menu.user')}>
            <Icon name="user" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            {session.user.fullName} · {t(`role.${session.user.role}`)}
          </Menu.Label>
          <Menu.Item hiddenFrom="sm" onClick={otherLanguage}>
            {t('menu.language')}
          </Menu.Item>
          <Menu.Item hiddenFrom="sm" onClick={otherScheme}>
            {t('menu.theme')}
          </Menu.Item>
          <Menu.Item visibleFrom="sm" onClick={onHelp}>
            {t('help.title')}
          </Menu.Item>
          <Menu.Item onClick={() => setChanging(true)} data-step="password">
            {t('password.title')}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={signOut}>{t('menu.signOut')}</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog opened={changing} onClose={() => setChanging(false)} onChanged={onSignedOut} />
    </>
  );
}
