import { expect, test } from 'vitest';
import { sentences } from '../shared/text.ts';
import { supplements } from '../shared/wording.ts';
import { demoSite } from '../test/board-site.ts';
import { messageOf } from './message.ts';
import { openRuleBook } from './pack.ts';

test('every sentence of a message ends before the next begins', () => {
  const { instances } = openRuleBook(demoSite().config);
  const now = Date.UTC(2026, 0, 15, 8);
  const late = now - 3_600_000;
  for (const instance of instances) {
    const { zh, en } = messageOf(instance, { value: 1, limit: 2, at: late, now });
    expect(zh).toMatch(/[^。]。（补传数据：.*）。/);
    expect(en).toMatch(/[^.]\. \(late data: .*\)\./);
    if (instance.definition.lifeSafety) {
      expect(zh.endsWith(`。${supplements.zh}`)).toBe(true);
      expect(en.endsWith(`. ${supplements.en}`)).toBe(true);
    }
    expect(`${zh}${en}`).not.toMatch(/。。|\.\.|。 |\.。/);
  }
});

test('a sentence with an end of its own gets no second one', () => {
  expect(sentences(['水压低', '查阀门。', '（已通知）'], 'zh')).toBe('水压低。查阀门。（已通知）。');
  expect(sentences(['Low pressure', 'Look at the valve!', 'Is it open?)'], 'en')).toBe('Low pressure. Look at the valve! Is it open?)');
});
