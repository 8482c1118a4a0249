/** The boards: which there are, and one of them live, with its range and place. */
import '../boards/boards.css';
import { Button, Group, SegmentedControl, Select, Tooltip } from '@mantine/core';
import { type CSSProperties, lazy, type RefObject, Suspense, useEffect, useMemo, useState } from 'react';
import type { Board, Panel, ReadingsPanel } from '../../board.ts';
import { layout, type Place } from '../../board-layout.ts';
import { DeskPanelBody } from '../boards/desk-panels.tsx';
import { GaugePanel, StatPanel, StatusPanel, TablePanel } from '../boards/figures.tsx';
import { BarsEach, BarsOverTime, HeatMap, StateTimeline } from '../boards/shapes.tsx';
import { type BoardRange, type PanelAnswer, usePanel } from '../boards/use-panel.ts';
import { api, type BoardHead } from '../data/api.ts';
import type { TextKey } from '../i18n/en.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { useConsole } from '../parts/context.ts';

const Curves = lazy(() => import('../boards/curves.tsx'));
const hour = 3_600_000;
/** As the plant is walked through; a board that is not named here comes last. */
const order = [
  'overview',
  'electricity',
  'generator',
  'heating',
  'hotwater',
  'water',
  'drain',
  'oxygen',
  'wastewater',
  'energy',
  'alarms',
  'tickets',
];
const place = (id: string) => (order.includes(id) ? order.indexOf(id) : order.length);
const ranges: { id: string; label: TextKey; ms: number }[] = [
  { id: 'hour', label: 'chart.hour', ms: hour },
  { id: 'six', label: 'chart.sixHours', ms: 6 * hour },
  { id: 'day', label: 'chart.day', ms: 24 * hour },
  { id: 'week', label: 'chart.week', ms: 7 * 24 * hour },
  { id: 'month', label: 'chart.month', ms: 30 * 24 * hour },
  { id: 'year', label: 'chart.year', ms: 396 * 24 * hour },
];

export function BoardsPage({ id }: { id: string | undefined }) {
  const { text } = useWords();
  const { act } = useConsole();
  const [heads, setHeads] = useState<BoardHead[]>([]);
  const [board, setBoard] = useState<Board>();
  useEffect(() => {
    void act(async () => setHeads((await api.boards()).sort((a, b) => place(a.id) - place(b.id))));
  }, [act]);
  const wanted = id ?? 'overview';
  useEffect(() => {
    void act(async () => setBoard(await api.board(wanted)));
  }, [act, wanted]);
  return (
    <div className="boards">
      <nav className="board-list" aria-label={text(board?.title)}>
        {heads.map((head) => (
          <a key={head.id} href={`#/boards/${head.id}`} aria-current={head.id === wanted ? 'page' : undefined}>
            {text(head.title)}
          </a>
        ))}
      </nav>
      {board?.id === wanted && <BoardView board={board} key={board.id} />}
    </div>
  );
}

function BoardView({ board }: { board: Board }) {
  const { t, text, dateTime } = useWords();
  const { plant } = useConsole();
  const [chosen, choose] = useState<string>(board.range);
  const [fixed, setFixed] = useState<BoardRange['fixed']>();
  const [building, setBuilding] = useState<string | null>(null);
  const [question, ask] = useState<Question>();
  const places = useMemo(() => layout(board.panels), [board]);
  const range: BoardRange = { spanMs: ranges.find(({ id }) => id === chosen)?.ms ?? 24 * hour, fixed };
  return (
    <>
      <header className="board-head">
        <div>
          <h2>{text(board.title)}</h2>
          <p className="calm">{text(board.question)}</p>
          {board.lifeSafety && <p className="calm small">{t('app.supplement')}</p>}
        </div>
        <Group gap="sm">
          {fixed && (
            <Button variant="default" onClick={() => setFixed(undefined)}>
              {dateTime(fixed.from)} – {dateTime(fixed.to)} ✕
            </Button>
          )}
          <Select
            aria-label={t('board.building')}
            placeholder={t('board.building')}
            clearable
            value={building}
            onChange={setBuilding}
            data={plant.site.buildings.map(({ id, name }) => ({ value: id, label: text(name) }))}
          />
          <SegmentedControl
            aria-label={t('chart.range')}
            value={chosen}
            onChange={(value) => {
              choose(value);
              setFixed(undefined);
            }}
            data={ranges.map(({ id, label }) => ({ value: id, label: t(label) }))}
          />
        </Group>
      </header>
      <div className="board-grid">
        {board.panels.map((panel, index) => (
          <PanelFrame
            key={panel.id}
            panel={panel}
            place={places[index] as Place}
            board={board.id}
            range={range}
            building={building}
            onZoom={(from, to) => setFixed({ from, to })}
            ask={ask}
          />
        ))}
      </div>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </>
  );
}

interface FrameProps {
  panel: Panel;
  place: Place;
  board: string;
  range: BoardRange;
  building: string | null;
  onZoom(from: number, to: number): void;
  ask(question: Question): void;
}

function PanelFrame(props: FrameProps) {
  const { text } = useWords();
  const { panel, place } = props;
  return (
    <section
      className={`panel board-panel kind-${panel.kind}`}
      style={{ '--column': place.x + 1, '--columns': place.width, '--row': place.y + 1, '--rows': place.height } as CSSProperties}
      data-panel={panel.id}
    >
      <h3>
        {text(panel.title)}
        {panel.help && (
          <Tooltip label={text(panel.help)} multiline w={300} events={{ hover: true, focus: true, touch: true }}>
            <button type="button" className="help" aria-label={text(panel.help)}>
              ?
            </button>
          </Tooltip>
        )}
      </h3>
      {panel.kind === 'desk' ? (
        <DeskPanelBody panel={panel} ask={props.ask} />
      ) : panel.kind === 'note' ? (
        <p>{text(panel.text).replaceAll('**', '')}</p>
      ) : (
        <Readings {...props} panel={panel} />
      )}
    </section>
  );
}

function Readings({ panel, board, range, building, onZoom }: FrameProps & { panel: ReadingsPanel }) {
  const { t } = useWords();
  const { link } = useConsole();
  const { element, answer, failed } = usePanel(link, board, panel.id, range, building);
  return (
    <div className="panel-body" ref={element as RefObject<HTMLDivElement>}>
      {failed ? <p className="calm">{t('board.failed')}</p> : answer && <Drawn panel={panel} answer={answer} onZoom={onZoom} />}
    </div>
  );
}

function Drawn({ panel, answer, onZoom }: { panel: ReadingsPanel; answer: PanelAnswer; onZoom: (from: number, to: number) => void }) {
  const { t } = useWords();
  if (answer.lines.every(({ figure, points }) => figure === null && points.every(([, value]) => value === null))) {
    return <p className="calm">{t('chart.empty')}</p>;
  }
  switch (panel.kind) {
    case 'stat':
      return <StatPanel panel={panel} lines={answer.lines} />;
    case 'gauge':
      return <GaugePanel panel={panel} lines={answer.lines} />;
    case 'table':
      return <TablePanel panel={panel} lines={answer.lines} />;
    case 'status-tile':
      return <StatusPanel lines={answer.lines} />;
    case 'state-timeline':
      return <StateTimeline answer={answer} />;
    case 'heat-map':
      return <HeatMap panel={panel} answer={answer} />;
    case 'bar':
      return panel.bars === 'over-time' ? <BarsOverTime panel={panel} answer={answer} /> : <BarsEach panel={panel} lines={answer.lines} />;
    default:
      return (
        <Suspense fallback={null}>
          <Curves panel={panel} answer={answer} onZoom={onZoom} />
        </Suspense>
      );
  }
}
