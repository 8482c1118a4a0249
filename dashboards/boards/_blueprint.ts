/**
 * Copy this file to make a board. The id is the file name. Every panel names its quantities and a selector of devices; units come from
 * shared/quantity.ts and limits from the rules in force, so neither stands here. `test/boards.test.ts` checks that every selector finds a device of the
 * demo site and, against a real InfluxDB, that no panel is empty.
 */
import { defineBoard } from '../board/board.ts';

export default defineBoard({
  id: '_blueprint',
  title: { zh: '给水', en: 'Water' },
  question: { zh: '现在用水正常吗？', en: 'Is the use of water normal now?' },
  audience: { zh: '水暖班', en: 'Plumbers' },
  range: 'day',
  panels: [
    {
      id: 'main-flow',
      kind: 'time-series',
      title: { zh: '总进水流量', en: 'Flow of the main' },
      help: { zh: '夜间应明显低于白天。', en: 'At night it should be clearly lower than by day.' },
      size: [24, 8],
      series: [{ select: { roles: ['water-main'] }, values: ['flow_m3h'], aggregate: 'mean' }],
      rules: ['WT-FLOW-MAX'],
    },
  ],
});
