/** Things as a tree of what they stand under. Pure. */
import type { Text } from '../../../shared/text.ts';
import type { AssetNode } from '../data/plant-api.ts';
import type { TreeNode } from '../parts/tree-keys.ts';

export function assetTreeOf(nodes: readonly AssetNode[], text: (text: Text) => string): TreeNode<AssetNode>[] {
  const known = new Set(nodes.map(({ id }) => id));
  const under = new Map<string | null, AssetNode[]>();
  for (const node of nodes) {
    // What stands under nothing that is known is at the top, never out of sight.
    const parent = node.parent !== null && known.has(node.parent) ? node.parent : null;
    under.set(parent, [...(under.get(parent) ?? []), node]);
  }
  const branch = (parent: string | null): TreeNode<AssetNode>[] =>
    (under.get(parent) ?? []).map((node) => ({
      id: node.id,
      text: text(node.name) || node.id,
      data: node,
      ...(node.kind === 'building' ? {} : { href: `#/assets/${node.id}` }),
      children: branch(node.id),
    }));
  return branch(null);
}
