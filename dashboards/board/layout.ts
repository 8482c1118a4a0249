/** Where panels stand: in their order, each at the highest free place, as far left as it fits. The same in Grafana and the console. */
import type { Panel } from './board.ts';

export const boardColumns = 24;

export interface Place {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** One place per panel, in rows and columns from the upper left corner; `top` rows are left free above. */
export function layout(panels: readonly Pick<Panel, 'size'>[], top = 0): Place[] {
  const filled = new Array<number>(boardColumns).fill(top);
  return panels.map(({ size: [width, height] }) => {
    let best = { x: 0, y: Number.POSITIVE_INFINITY };
    for (let x = 0; x + width <= boardColumns; x++) {
      const y = Math.max(...filled.slice(x, x + width));
      if (y < best.y) best = { x, y };
    }
    filled.fill(best.y + height, best.x, best.x + width);
    return { ...best, width, height };
  });
}
