import { expect, test } from 'vitest';
import { publicLink } from './public-link.ts';

test.each([
  ['https://h.example', 'https://h.example/a/x'],
  ['https://h.example/', 'https://h.example/a/x'],
  ['https://h.example/plant', 'https://h.example/plant/a/x'],
  ['https://h.example/plant/?q=1#top', 'https://h.example/plant/a/x'],
])('the path of a proxy stays in links: %s', (base, link) => {
  expect(publicLink(base, 'a/x')).toBe(link);
  expect(publicLink(base, '#/alarms')).toBe(link.replace('a/x', '#/alarms'));
});
