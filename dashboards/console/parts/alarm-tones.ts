/** The tones of each priority. A browser may refuse sound until the person has touched the page; then it says so. */
import type { Priority } from '../../../shared/alarm.ts';

/** Frequencies of the notes, and how often they come. More urgent is higher, quicker and more often (IEC 60601-1-8 in spirit). */
const tunes: Record<Priority, { notes: readonly number[]; noteMs: number; everyMs: number }> = {
  critical: { notes: [988, 740, 988, 740], noteMs: 160, everyMs: 3_000 },
  high: { notes: [784, 587], noteMs: 220, everyMs: 5_000 },
  medium: { notes: [523], noteMs: 350, everyMs: 10_000 },
  low: { notes: [392], noteMs: 350, everyMs: 30_000 },
};

/**
 * Sounds until the returned function is called. `onBlocked` is told whether the browser lets nothing be heard.
 * @param once only one time, to try it
 */
export function soundAlarm(priority: Priority, onBlocked: (blocked: boolean) => void, once = false): () => void {
  const audio = new AudioContext();
  const { notes, noteMs, everyMs } = tunes[priority];
  const tell = () => onBlocked(audio.state === 'suspended');
  const play = () => {
    tell();
    if (audio.state === 'suspended') return;
    for (const [index, frequency] of notes.entries()) {
      const at = audio.currentTime + (index * noteMs) / 1_000;
      const end = at + noteMs / 1_000;
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0, at);
      volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
      volume.gain.linearRampToValueAtTime(0, end - 0.02);
      tone.connect(volume).connect(audio.destination);
      tone.start(at);
      tone.stop(end);
    }
  };
  const wake = () => void audio.resume().then(play, () => undefined);
  if (audio.state === 'suspended') for (const event of ['pointerdown', 'keydown']) window.addEventListener(event, wake, { once: true });
  play();
  const timer = once ? undefined : setInterval(play, everyMs);
  return () => {
    clearInterval(timer);
    for (const event of ['pointerdown', 'keydown']) window.removeEventListener(event, wake);
    onBlocked(false);
    void audio.close();
  };
}
