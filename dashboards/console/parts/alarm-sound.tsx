/** A tone while an alarm is not acknowledged: two notes every few seconds, urgent ones higher. Off until a person switches it on. */
import { ActionIcon } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from './context.ts';
import { Icon } from './icons.tsx';
import { calls } from './priority.tsx';

const storageKey = 'plantroom.sound';
const everyMs = 4_000;

export function AlarmSound() {
  const { t } = useWords();
  const { plant } = useConsole();
  const [on, setOn] = useState(() => localStorage.getItem(storageKey) === 'on');
  const calling = [...plant.alarms.values()].filter((alarm) => calls(alarm) && alarm.priority !== 'low');
  const urgent = calling.some(({ priority }) => priority === 'critical');
  const sounding = on && calling.length > 0;
  useEffect(() => {
    if (!sounding) return;
    const audio = new AudioContext();
    const sound = () => {
      for (const [index, frequency] of (urgent ? [880, 660] : [520, 440]).entries()) {
        const at = audio.currentTime + index * 0.22;
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        tone.frequency.value = frequency;
        volume.gain.setValueAtTime(0, at);
        volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
        volume.gain.linearRampToValueAtTime(0, at + 0.2);
        tone.connect(volume).connect(audio.destination);
        tone.start(at);
        tone.stop(at + 0.22);
      }
    };
    sound();
    const timer = setInterval(sound, everyMs);
    return () => {
      clearInterval(timer);
      void audio.close();
    };
  }, [sounding, urgent]);
  return (
    <ActionIcon
      className="sound"
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={t('menu.sound')}
      aria-pressed={on}
      onClick={() => {
        localStorage.setItem(storageKey, on ? 'off' : 'on');
        setOn(!on);
      }}
    >
      <Icon name={on ? 'sound' : 'mute'} />
    </ActionIcon>
  );
}
