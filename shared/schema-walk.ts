/** Looks into a JSON Schema for what is allowed at a path, so that a mistake can name it. */
import type { Path } from './mistake.ts';

interface Node {
  $ref?: string;
  $defs?: Record<string, Node>;
  properties?: Record<string, Node>;
  additionalProperties?: Node | boolean;
  items?: Node;
  anyOf?: Node[];
  oneOf?: Node[];
  allOf?: Node[];
  enum?: unknown[];
  const?: unknown;
  description?: string;
}

/** Known keys (of a mapping), values (of an enumeration) and description (in brackets) at the path; `data` decides between alternatives by their constants. */
export function allowedAt(schema: object, path: Path, data: unknown): { keys: string[]; values: string[]; description: string } {
  let nodes: Node[] = [schema as Node];
  let value: unknown = data;
  for (const step of path) {
    nodes = nodes.flatMap((node) => open(node, value, schema as Node)).flatMap((node) => child(node, step));
    value = (value as Record<string | number, unknown> | undefined)?.[step];
  }
  const opened = nodes.flatMap((node) => open(node, value, schema as Node));
  return {
    keys: [...new Set(opened.flatMap((node) => Object.keys(node.properties ?? {})))],
    values: [...new Set(opened.flatMap((node) => (node.const === undefined ? (node.enum ?? []) : [node.const])).map(String))],
    description: opened.map((node) => node.description && ` (${node.description})`).find((text) => text) ?? '',
  };
}

function child(node: Node, step: string | number): Node[] {
  if (typeof step === 'number') return node.items ? [node.items] : [];
  const named = node.properties?.[step];
  if (named) return [named];
  return typeof node.additionalProperties === 'object' ? [node.additionalProperties] : [];
}

function open(node: Node, value: unknown, root: Node): Node[] {
  if (node.$ref) {
    const name = node.$ref.replace('#/$defs/', '');
    const target = root.$defs?.[name];
    return target ? open(target, value, root) : [];
  }
  const alternatives = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (alternatives.length === 0) return [node, ...(node.allOf ?? []).flatMap((part) => open(part, value, root))];
  const opened = alternatives.flatMap((part) => open(part, value, root));
  const fitting = opened.filter((part) => fits(part, value));
  return fitting.length > 0 ? fitting : opened;
}

function fits(node: Node, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(node.properties ?? {}).every(
    ([name, part]) => part.const === undefined || part.const === (value as Record<string, unknown>)[name],
  );
}
