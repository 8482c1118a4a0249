/** What a panel shows, as a file: the numbers for a spreadsheet, the picture for a report. */
import { Menu } from '@mantine/core';
import type { RefObject } from 'react';
import { csvOf } from '../../../shared/csv.ts';
import type { ReadingsPanel } from '../../board/board.ts';
import { comparisonLabels } from '../chart/comparison.ts';
import { csvOverTime } from '../chart/csv.ts';
import { pictureLines } from '../chart/picture-lines.ts';
import { save } from '../chart/save.ts';
import { useWords } from '../i18n/i18n.tsx';
import { useConsole } from '../parts/context.ts';
import { Icon } from '../parts/icons.tsx';
import { panelTable } from './panel-table.ts';
import type { PanelContent } from './use-panel.ts';

interface Props {
  panel: ReadingsPanel;
  board: string;
  content: PanelContent;
  element: RefObject<HTMLElement | null>;
}

export function ExportMenu({ panel, board, content, element }: Props) {
  const words = useWords();
  const { t, text } = words;
  const { plant, link } = useConsole();
  const file = `${board}-${panel.id}`;
  const saveCsv = () => {
    const table = panelTable(panel, content, words);
    save(table.columns ? csvOverTime(table.columns, plant.site.timezone, t('chart.time')) : csvOf(table.rows), `${file}.csv`);
  };
  const savePng = async () => {
    if (!element.current) return;
    const { pictureOf } = await import('../chart/picture.ts');
    const compared = content.earlier && t(comparisonLabels[content.earlier.period]);
    const lines = pictureLines(words, plant.site, content.answer, link.now(), compared);
    save(await pictureOf(element.current, { title: text(panel.title), lines }), `${file}.png`);
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <button type="button" className="panel-menu" aria-label={t('chart.exportOf', { title: text(panel.title) })}>
          <Icon name="more" size={20} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={saveCsv}>{t('chart.csv')}</Menu.Item>
        <Menu.Item onClick={() => void savePng()}>{t('chart.png')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
