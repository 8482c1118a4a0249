/** The setting tried, as text for the site file: rules are changed there and nowhere else. */
import { Button, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useWords } from '../i18n/i18n.tsx';
import { overrideYaml, type TrialOverride } from './trial.ts';

export function OverrideText({ override }: { override: TrialOverride }) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const [copied, setCopied] = useState('');
  const area = useRef<HTMLTextAreaElement>(null);
  const text = overrideYaml(override, reason.trim());
  const ready = reason.trim() !== '';
  return (
    <div className="override">
      <h4>{t('override.title')}</h4>
      <p className="calm small">{t('override.hint')}</p>
      <TextInput
        label={t('override.reason')}
        placeholder={t('override.reasonHint')}
        required
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <textarea
        className="override-text"
        aria-label={t('override.title')}
        readOnly
        ref={area}
        rows={text.split('\n').length}
        value={text}
      />
      <div className="override-copy">
        <Button
          disabled={!ready}
          onClick={() => {
            if (area.current && copyFrom(area.current)) setCopied(text);
          }}
        >
          {t('override.copy')}
        </Button>
        <span role="status" className="calm">
          {!ready ? t('override.needsReason') : copied === text ? t('override.copied') : ''}
        </span>
      </div>
    </div>
  );
}

/** Browsers give the clipboard to https pages only; a console in the plant's own net is often http, where the old command still works. */
function copyFrom(area: HTMLTextAreaElement): boolean {
  area.select();
  return document.execCommand('copy');
}
