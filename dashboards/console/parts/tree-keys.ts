/** Keys of a tree, by the WAI-ARIA tree pattern. Pure. */
export interface TreeNode<T> {
  id: string;
  /** What a typed letter finds. */
  text: string;
  data: T;
  /** Where Enter goes; without one it opens and closes. */
  href?: string;
  children: readonly TreeNode<T>[];
}

/** A node that can be seen: all above it are open. */
export interface VisibleNode<T> {
  node: TreeNode<T>;
  level: number;
  /** Of its siblings, from 1. */
  position: number;
  siblings: number;
  parent: string | null;
  open: boolean;
}

export function visibleNodes<T>(nodes: readonly TreeNode<T>[], open: ReadonlySet<string>): VisibleNode<T>[] {
  const found: VisibleNode<T>[] = [];
  const add = (list: readonly TreeNode<T>[], level: number, parent: string | null) => {
    for (const [at, node] of list.entries()) {
      const isOpen = node.children.length > 0 && open.has(node.id);
      found.push({ node, level, position: at + 1, siblings: list.length, parent, open: isOpen });
      if (isOpen) add(node.children, level + 1, node.id);
    }
  };
  add(nodes, 1, null);
  return found;
}

export type TreeMove = { focus: string } | { open: string } | { close: string } | { follow: string } | undefined;

/** What a key does at the focused node; undefined: nothing of ours. */
export function treeMove<T>(key: string, focused: string, visible: readonly VisibleNode<T>[]): TreeMove {
  const at = visible.findIndex(({ node }) => node.id === focused);
  const here = visible[at];
  if (!here) return undefined;
  const to = (index: number): TreeMove => {
    const found = visible[index];
    return found && { focus: found.node.id };
  };
  const closed = here.node.children.length > 0 && !here.open;
  const toggle = (): TreeMove => (here.open ? { close: focused } : closed ? { open: focused } : undefined);
  switch (key) {
    case 'ArrowDown':
      return to(at + 1);
    case 'ArrowUp':
      return to(at - 1);
    case 'Home':
      return to(0);
    case 'End':
      return to(visible.length - 1);
    case 'ArrowRight':
      return closed ? { open: focused } : here.open ? to(at + 1) : undefined;
    case 'ArrowLeft':
      return here.open ? { close: focused } : here.parent === null ? undefined : { focus: here.parent };
    case 'Enter':
      return here.node.href === undefined ? toggle() : { follow: here.node.href };
    case ' ':
      return toggle();
  }
  if ([...key].length !== 1) return undefined;
  const letter = key.toLowerCase();
  const starts = ({ node }: VisibleNode<T>) => node.text.toLowerCase().startsWith(letter);
  const next = visible.slice(at + 1).find(starts) ?? visible.slice(0, at).find(starts);
  return next && { focus: next.node.id };
}

/** All nodes that have children, down to a level. */
export function parentsTo<T>(nodes: readonly TreeNode<T>[], level: number): string[] {
  return level === 0 ? [] : nodes.flatMap(({ id, children }) => (children.length > 0 ? [id, ...parentsTo(children, level - 1)] : []));
}
