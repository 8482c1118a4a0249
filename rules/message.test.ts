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

test('says a quantity that is called as its state once, and numbers with the unit they are in', () => {
  const { instances } = openRuleBook(demoSite().config);
  const now = Date.UTC(2026, 0, 15, 8);
  const say = (id: string, value: number | null, limit: number | null) =>
    messageOf(instances.find((one) => one.rule.id === id || one.kind.id === id)!, { value, limit, at: now, now });
  for (const { kind, definition, rule } of instances) {
    if (kind.id !== 'state' || rule.message || definition.quantity !== 'leak_detected') continue;
    expect(messageOf(instances.find(({ definition: one }) => one === definition)!, { value: 1, limit: null, at: now, now }).zh).not.toMatch(
      /漏水为“漏水”/,
    );
  }
  expect(say('missing', null, 60).en).toMatch(/allowed 60 s/);
  expect(say('missing', null, 60).zh).toMatch(/时限 60 s/);
});
