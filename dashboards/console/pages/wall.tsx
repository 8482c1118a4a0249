/** What a screen on the wall shows: the plant; in turn with boards, when the address names some: `#/wall?boards=oxygen,heating&seconds=30`. */
import { useEffect, useState } from 'react';
import { onTheWall } from '../../../shared/alarm-order.ts';
import { useHashQuery } from '../hash.ts';
import { useConsole } from '../parts/context.ts';
import { BoardsPage } from './boards.tsx';
import { OverviewPage } from './overview.tsx';

const leastSeconds = 5;
const standardSeconds = 30;

export function WallPage() {
  const { plant } = useConsole();
  const [query] = useHashQuery();
  const boards = (query.get('boards') ?? '').split(',').filter(Boolean);
  const seconds = Math.max(leastSeconds, Number(query.get('seconds')) || standardSeconds);
  const [turn, setTurn] = useState(0);
  const rotates = boards.length > 0;
  useEffect(() => {
    if (!rotates) return;
    const timer = setInterval(() => setTurn((before) => before + 1), seconds * 1_000);
    return () => clearInterval(timer);
  }, [rotates, seconds]);
  // While something calls or is a danger to life, the plant stays in sight: it shows where.
  const calling = [...plant.alarms.values()].some(onTheWall);
  const board = calling ? undefined : boards[(turn % (boards.length + 1)) - 1];
  return board ? <BoardsPage id={board} key={board} /> : <OverviewPage />;
}
