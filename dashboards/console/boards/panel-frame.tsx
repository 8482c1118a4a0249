/** One panel of a board: its title with help and export, and what it draws. */
import { Tooltip } from '@mantine/core';
import { type CSSProperties, lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import type { Language } from '../../../shared/text.ts';
import { type DeskPanel, isMonthly, isStatus, type Panel, type ReadingsPanel } from '../../board/board.ts';
import type { Place } from '../../board/layout.ts';
import { shownUnit } from '../../board/units.ts';
import { useWords } from '../i18n/i18n.tsx';
import type { Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';
import { DeskPanelBody } from './desk-panels.tsx';
import { ExportMenu } from './export-menu.tsx';
import { GaugePanel, MonthTable, StatPanel, StatusPanel, TablePanel } from './figures.tsx';
import { HeatMap } from './heat-map.tsx';
import { BarsEach, BarsOverTime, StateTimeline } from './shapes.tsx';
import { type PanelContent, usePanel } from './use-panel.ts';
import { useScrolls } from './use-scrolls.ts';
import type { BoardView } from './view.ts';

const Curves = lazy(() => import('./curves.tsx'));

interface FrameProps<Kind extends Panel = Panel> {
  panel: Kind;
  place: Place;
  board: string;
  view: BoardView;
  onZoom(from: number, to: number): void;
  ask(question: Question): void;
}

export function PanelFrame({ panel, ...rest }: FrameProps) {
  const { text } = useWords();
  if (panel.kind === 'desk') {
    return (
      <Frame panel={panel} place={rest.place}>
        <DeskBody panel={panel} ask={rest.ask} />
      </Frame>
    );
  }
  if (panel.kind === 'note') {
    return (
      <Frame panel={panel} place={rest.place}>
        <p>{text(panel.text).replaceAll('**', '')}</p>
      </Frame>
    );
  }
  return <Readings panel={panel} {...rest} />;
}

function DeskBody({ panel, ask }: { panel: DeskPanel; ask: (question: Question) => void }) {
  const { text } = useWords();
  const outer = useRef<HTMLDivElement>(null);
  const inner = useRef<HTMLDivElement>(null);
  const scrolls = useScrolls(outer, inner);
  return (
    <div className="panel-body" ref={outer} {...(scrolls ? { tabIndex: 0, role: 'group', 'aria-label': text(panel.title) } : {})}>
      <div ref={inner}>
        <DeskPanelBody panel={panel} ask={ask} />
      </div>
    </div>
  );
}

function Frame({ panel, place, menu, children }: { panel: Panel; place: Place; menu?: ReactNode; children: ReactNode }) {
  const { text } = useWords();
  return (
    <section
      className={`panel board-panel kind-${panel.kind}`}
      style={{ '--column': place.x + 1, '--columns': place.width, '--row': place.y + 1, '--rows': place.height } as CSSProperties}
      data-panel={panel.id}
    >
      <div className="panel-head">
        <h3>{text(panel.title)}</h3>
        {panel.help && (
          <Tooltip label={text(panel.help)} multiline w={300} events={{ hover: true, focus: true, touch: true }}>
            <button type="button" className="help" aria-label={text(panel.help)}>
              ?
            </button>
          </Tooltip>
        )}
        {menu}
      </div>
      {children}
    </section>
  );
}

function Readings({ panel, place, board, view, onZoom }: FrameProps<ReadingsPanel>) {
  const { t, text, language } = useWords();
  const { link } = useConsole();
  const { element, content: asked, failed } = usePanel(link, board, panel, view);
  const content = useMemo(() => asked && inLanguage(asked, language), [asked, language]);
  // What is longer than its panel must be reached by keyboard to be scrolled.
  const [scrolls, setScrolls] = useState(false);
  useEffect(() => {
    const body = content && element.current;
    if (body) setScrolls(body.scrollHeight > body.clientHeight + 1);
  }, [content, element]);
  const empty = content?.answer.lines.every(({ figure, points }) => figure === null && points.every(([, value]) => value === null));
  return (
    <Frame
      panel={panel}
      place={place}
      menu={content && !failed && !empty && <ExportMenu panel={panel} board={board} content={content} element={element} />}
    >
      <div className="panel-body" ref={element} {...(scrolls ? { tabIndex: 0, role: 'group', 'aria-label': text(panel.title) } : {})}>
        {failed ? (
          <p className="calm">{t('board.failed')}</p>
        ) : empty ? (
          <p className="calm">{t(onlyBadPoints(panel) ? 'board.noBadPoints' : 'chart.empty')}</p>
        ) : (
          content && <Drawn panel={panel} content={content} onZoom={onZoom} />
        )}
      </div>
    </Frame>
  );
}

/** Bad points are written when there are some. */
const onlyBadPoints = ({ series }: ReadingsPanel): boolean =>
  series.every(({ values }) => values.every((value) => isStatus(value) && value.status === 'bad_points'));

/** With the units as the language writes them. */
function inLanguage({ answer, earlier }: PanelContent, language: Language): PanelContent {
  return { answer: { ...answer, lines: answer.lines.map((line) => ({ ...line, unit: shownUnit(line.unit, language) })) }, earlier };
}

function Drawn({ panel, content, onZoom }: { panel: ReadingsPanel; content: PanelContent; onZoom: (from: number, to: number) => void }) {
  const { answer } = content;
  switch (panel.kind) {
    case 'stat':
      return <StatPanel panel={panel} content={content} />;
    case 'gauge':
      return <GaugePanel panel={panel} lines={answer.lines} />;
    case 'table':
      return isMonthly(panel) ? <MonthTable panel={panel} answer={answer} /> : <TablePanel panel={panel} lines={answer.lines} />;
    case 'status-tile':
      return <StatusPanel lines={answer.lines} />;
    case 'state-timeline':
      return <StateTimeline answer={answer} />;
    case 'heat-map':
      return <HeatMap panel={panel} answer={answer} />;
    case 'bar':
      return panel.bars === 'over-time' ? <BarsOverTime panel={panel} content={content} /> : <BarsEach panel={panel} content={content} />;
    default:
      return (
        <Suspense fallback={null}>
          <Curves panel={panel} content={content} onZoom={onZoom} />
        </Suspense>
      );
  }
}
