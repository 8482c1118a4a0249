/**
 * Expressions of people: the part of CEL that compares and computes numbers. Texts, lists, maps and all that walks over them (`matches`, `all`,
 * `map`, `size` ...) are refused: they are the only way to an expression that takes longer than its length, and it would stop every other rule.
 */
import { type ASTNode, Environment } from '@marcbachmann/cel-js';
import { reasonOf } from '../shared/errors.ts';
import { attributesSchema } from '../shared/site.ts';

export const attributeNames = Object.keys(attributesSchema.shape);

export interface Expression {
  /** NaN or false on an evaluation that fails, such as a division by zero. */
  evaluate(values: Record<string, number>): unknown;
  type: string;
}

/** Steps of one evaluation at most; without loops that is the number of nodes. */
const mostSteps = 200;
const functions = ['abs', 'min', 'max'];
const operators = new Set<string>(['?:', '||', '&&', '!_', '-_', '==', '!=', '<', '<=', '>', '>=', '+', '-', '*', '/', '%']);

/** What is not among numbers, comparisons, and/or/not, `? :` and the functions above; undefined when all is. */
function foreignPart(node: ASTNode): string | undefined {
  const { op, args } = node as { op: string; args: unknown };
  if (op === 'id') return undefined;
  if (op === 'value') {
    if (typeof args === 'number' || typeof args === 'bigint' || typeof args === 'boolean') return undefined;
    return typeof args === 'string' ? `a text ("${args.slice(0, 30)}")` : 'a value that is no number';
  }
  if (op === 'rcall') return `.${(args as [string])[0]}()`;
  let parts = (Array.isArray(args) ? args : [args]) as ASTNode[];
  if (op === 'call') {
    const [name, given] = args as [string, ASTNode[]];
    if (!functions.includes(name)) return `the function ${name}`;
    parts = given;
  } else if (!operators.has(op)) return op === 'list' || op === 'map' ? `a ${op}` : `"${op}"`;
  for (const part of parts) {
    const foreign = foreignPart(part);
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

/** @throws Error with words that say what is wrong and where */
export function parseExpression(text: string, names: readonly string[]): Expression {
  const environment = new Environment({ limits: { maxAstNodes: mostSteps, maxDepth: 60 } });
  for (const name of names) environment.registerVariable(name, 'double');
  // People write 1 and not 1.0.
  environment.registerOperator('double == int', (a: number, b: bigint) => a === Number(b));
  const arithmetic: Record<string, (a: number, b: number) => number> = {
    '+': (a, b) => a + b,
    '-': (a, b) => a - b,
    '*': (a, b) => a * b,
    '/': (a, b) => a / b,
  };
  for (const [operator, work] of Object.entries(arithmetic)) {
    environment.registerOperator(`double ${operator} int`, (a: number, b: bigint) => work(a, Number(b)));
    environment.registerOperator(`int ${operator} double`, (a: bigint, b: number) => work(Number(a), b));
  }
  environment.registerFunction('abs(double): double', (value: number) => Math.abs(value));
  for (const [name, work] of [['min', Math.min], ['max', Math.max]] as const) {
    environment.registerFunction(`${name}(double, double): double`, (a: number, b: number) => work(a, b));
    environment.registerFunction(`${name}(double, double, double): double`, (a: number, b: number, c: number) => work(a, b, c));
  } // biome-ignore format: a table
  const program = environment.parse(text);
  const foreign = foreignPart(program.ast);
  if (foreign !== undefined)
    throw new Error(`${foreign} is not allowed; only numbers, comparisons, + - * / %, && || !, ? : and ${functions.join(', ')}`);
  const checked = program.check();
  if (!checked.valid) throw new Error(reasonOf(checked.error).split('\n')[0]);
  return {
    type: checked.type ?? 'dyn',
    evaluate(values) {
      try {
        return program(values);
      } catch {
        return Number.NaN;
      }
    },
  };
}
