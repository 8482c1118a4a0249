/** The boards: which there are, and one of them live, with its range and place. */
import '../boards/boards.css';
import { useCallback, useMemo, useState } from 'react';
import type { Board } from '../../board/board.ts';
import { layout, type Place } from '../../board/layout.ts';
import { BoardControls } from '../boards/board-controls.tsx';
import { PanelFrame } from '../boards/panel-frame.tsx';
import { type BoardView, readView, writeView } from '../boards/view.ts';
import { api, type BoardHead } from '../data/api.ts';
import { useHashQuery } from '../hash.ts';
import { useWords } from '../i18n/i18n.tsx';
import { ActionDialog, type Question } from '../parts/action-dialog.tsx';
import { useLoad } from '../parts/loads.tsx';

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

export function BoardsPage({ id }: { id: string | undefined }) {
  const { text } = useWords();
  const [heads, setHeads] = useState<BoardHead[]>([]);
  const [board, setBoard] = useState<Board>();
  useLoad(useCallback(async () => setHeads((await api.boards()).sort((a, b) => place(a.id) - place(b.id))), []));
  const wanted = id ?? 'overview';
  useLoad(useCallback(async () => setBoard(await api.board(wanted)), [wanted]));
  return (
    <div className="boards">
      <nav className="board-list" aria-label={text(board?.title)}>
        {heads.map((head) => (
          <a key={head.id} href={`#/boards/${head.id}`} aria-current={head.id === wanted ? 'page' : undefined}>
            {text(head.title)}
          </a>
        ))}
      </nav>
      {board?.id === wanted && <BoardPanels board={board} key={board.id} />}
    </div>
  );
}

function BoardPanels({ board }: { board: Board }) {
  const { t, text } = useWords();
  const [query, changeQuery] = useHashQuery();
  const [question, ask] = useState<Question>();
  const places = useMemo(() => layout(board.panels), [board]);
  const view = useMemo(() => readView(query, board.range), [query, board]);
  const change = (next: BoardView) => changeQuery(writeView(next, board.range), 'step');
  return (
    <>
      <header className="board-head">
        <div>
          <h2>{text(board.title)}</h2>
          <p className="calm">{text(board.question)}</p>
          {board.lifeSafety && <p className="calm small">{t('app.supplement')}</p>}
        </div>
        <BoardControls view={view} change={change} />
      </header>
      <div className="board-grid">
        {board.panels.map((panel, index) => (
          <PanelFrame
            key={panel.id}
            panel={panel}
            place={places[index] as Place}
            board={board.id}
            view={view}
            onZoom={(from, to) => change({ ...view, fixed: { from, to } })}
            ask={ask}
          />
        ))}
      </div>
      <ActionDialog question={question} onClose={() => ask(undefined)} />
    </>
  );
}
