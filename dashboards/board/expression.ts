/**
 * Arithmetic of derived values: numbers, quantities, @attributes of the device, + - * /, parentheses, abs(x), max(a, b, ...), min(a, b, ...),
 * pow(x, n).
 * Small enough to be worked out here for the console and to be written as InfluxQL, which has no max over fields.
 */
import { isQuantity, type QuantityId } from '../../shared/quantity.ts';

const functions = { abs: [1, 1], max: [1, 9], min: [1, 9], pow: [2, 2] } as const;
type FunctionName = keyof typeof functions;

export type Expression =
  | { kind: 'number'; value: number }
  | { kind: 'quantity'; id: QuantityId }
  | { kind: 'attribute'; name: string }
  | { kind: 'operation'; operator: '+' | '-' | '*' | '/'; left: Expression; right: Expression }
  | { kind: 'call'; name: FunctionName; values: Expression[] };

const token = /\s*(?:(\d+(?:\.\d+)?)|(@?[a-z][a-z0-9_]*)|([-+*/(),]))/y;

/** @throws SyntaxError naming the place */
export function parseExpression(text: string): Expression {
  const tokens: string[] = [];
  token.lastIndex = 0;
  for (let at = 0; text.slice(at).trim() !== ''; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) throw new SyntaxError(`"${text}": not understood at "${text.slice(at)}"`);
    tokens.push(match[0].trim());
  }
  let next = 0;
  const expect = (wanted: string) => {
    if (tokens[next] !== wanted) throw new SyntaxError(`"${text}": "${wanted}" expected, found "${tokens[next] ?? 'the end'}"`);
    next++;
  };
  const chain = (operators: readonly string[], inner: () => Expression): Expression => {
    let left = inner();
    while (operators.includes(tokens[next] ?? '')) {
      const operator = tokens[next++] as '+';
      left = { kind: 'operation', operator, left, right: inner() };
    }
    return left;
  };
  const sum = (): Expression => chain(['+', '-'], () => chain(['*', '/'], atom));
  const atom = (): Expression => {
    const word = tokens[next++];
    if (word === '(') {
      const inner = sum();
      expect(')');
      return inner;
    }
    if (word === undefined || /^[-+*/),]$/.test(word)) throw new SyntaxError(`"${text}": a value expected, found "${word ?? 'the end'}"`);
    if (/^\d/.test(word)) return { kind: 'number', value: Number(word) };
    if (word.startsWith('@')) return { kind: 'attribute', name: word.slice(1) };
    if (isQuantity(word)) return { kind: 'quantity', id: word };
    if (!Object.hasOwn(functions, word)) throw new SyntaxError(`"${text}": unknown name "${word}"`);
    expect('(');
    const values = [sum()];
    while (tokens[next] === ',') {
      next++;
      values.push(sum());
    }
    expect(')');
    const name = word as FunctionName;
    const [fewest, most] = functions[name];
    if (values.length < fewest || values.length > most) throw new SyntaxError(`"${text}": ${name} takes another number of values`);
    return { kind: 'call', name, values };
  };
  const whole = sum();
  if (next < tokens.length) throw new SyntaxError(`"${text}": the end expected, found "${tokens[next]}"`);
  return whole;
}

/** What it needs of a device. */
export function needsOf(expression: Expression): { quantities: QuantityId[]; attributes: string[] } {
  const quantities = new Set<QuantityId>();
  const attributes = new Set<string>();
  const walk = (part: Expression): void => {
    if (part.kind === 'quantity') quantities.add(part.id);
    else if (part.kind === 'attribute') attributes.add(part.name);
    else if (part.kind === 'operation') [part.left, part.right].forEach(walk);
    else if (part.kind === 'call') part.values.forEach(walk);
  };
  walk(expression);
  return { quantities: [...quantities], attributes: [...attributes] };
}

/** Values of quantities and attributes by name; a name may be both, so they are asked apart. */
export interface Names {
  quantity(id: QuantityId): number | undefined;
  attribute(name: string): number | undefined;
}

/** Undefined when a name has no value or a division by zero makes none. */
export function evaluate(expression: Expression, names: Names): number | undefined {
  const result = compute(expression, names);
  return Number.isFinite(result) ? result : undefined;
}

function compute(part: Expression, names: Names): number {
  switch (part.kind) {
    case 'number':
      return part.value;
    case 'quantity':
      return names.quantity(part.id) ?? Number.NaN;
    case 'attribute':
      return names.attribute(part.name) ?? Number.NaN;
    case 'call': {
      const values = part.values.map((value) => compute(value, names));
      return Math[part.name](...(values as [number, number]));
    }
    case 'operation': {
      const [left, right] = [compute(part.left, names), compute(part.right, names)];
      if (part.operator === '+') return left + right;
      if (part.operator === '-') return left - right;
      return part.operator === '*' ? left * right : left / right;
    }
  }
}
