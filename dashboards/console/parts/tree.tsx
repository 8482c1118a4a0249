/** A tree that opens and closes, with the keys of the WAI-ARIA tree pattern; what stands in a row is the caller's. */
import { type ReactNode, useRef, useState } from 'react';
import { type TreeNode, treeMove, type VisibleNode, visibleNodes } from './tree-keys.ts';
import './tree.css';

export function Tree<T>({
  label,
  nodes,
  opened,
  row,
}: {
  label: string;
  nodes: readonly TreeNode<T>[];
  /** Open until somebody closes them. */
  opened: readonly string[];
  row: (node: TreeNode<T>) => ReactNode;
}) {
  const [chosen, choose] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [focused, focus] = useState<string>();
  const rows = useRef(new Map<string, HTMLElement>());
  const open = new Set(opened.filter((id) => chosen.get(id) !== false));
  for (const [id, isOpen] of chosen) if (isOpen) open.add(id);
  const visible = visibleNodes(nodes, open);
  // One row at a time can be reached by Tab: the one that was used last, while it is in sight.
  const current = visible.some(({ node }) => node.id === focused) ? focused : visible[0]?.node.id;
  const set = (id: string, isOpen: boolean) => choose(new Map(chosen).set(id, isOpen));
  return (
    <div
      role="tree"
      aria-label={label}
      className="tree"
      onKeyDown={(event) => {
        if (!current || event.ctrlKey || event.metaKey || event.altKey) return;
        const move = treeMove(event.key, current, visible);
        if (!move) return;
        event.preventDefault();
        event.stopPropagation();
        if ('open' in move) set(move.open, true);
        else if ('close' in move) set(move.close, false);
        else if ('follow' in move) window.location.hash = move.follow;
        else {
          focus(move.focus);
          rows.current.get(move.focus)?.focus();
        }
      }}
    >
      {visible.map((one) => (
        <Row
          key={one.node.id}
          one={one}
          reachable={one.node.id === current}
          hold={(element) => {
            if (element) rows.current.set(one.node.id, element);
            else rows.current.delete(one.node.id);
          }}
          onFocus={() => focus(one.node.id)}
          toggle={() => set(one.node.id, !one.open)}
        >
          {row(one.node)}
        </Row>
      ))}
    </div>
  );
}

function Row<T>({
  one: { node, level, position, siblings, open },
  reachable,
  hold,
  onFocus,
  toggle,
  children,
}: {
  one: VisibleNode<T>;
  reachable: boolean;
  hold: (element: HTMLElement | null) => void;
  onFocus: () => void;
  toggle: () => void;
  children: ReactNode;
}) {
  const hasChildren = node.children.length > 0;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the tree's, for all its rows
    <div
      ref={hold}
      role="treeitem"
      className="tree-row"
      data-node={node.id}
      aria-level={level}
      aria-posinset={position}
      aria-setsize={siblings}
      {...(hasChildren ? { 'aria-expanded': open } : {})}
      tabIndex={reachable ? 0 : -1}
      style={{ '--level': level - 1 } as React.CSSProperties}
      onFocus={onFocus}
      onClick={(event) => {
        if (hasChildren && !(event.target as HTMLElement).closest('a')) toggle();
      }}
    >
      <span className={`tree-mark${hasChildren ? (open ? ' open' : ' closed') : ''}`} aria-hidden="true" />
      {children}
    </div>
  );
}
