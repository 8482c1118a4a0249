/** Expressions of people: CEL, which has no loops, no side effects and no way out of its inputs. Everything is a number. */
import { Environment } from '@marcbachmann/cel-js';
import { reasonOf } from '../shared/errors.ts';
import { attributesSchema } from '../shared/site.ts';

export const attributeNames = Object.keys(attributesSchema.shape);

export interface Expression {
  /** NaN or false on an evaluation that fails, such as a division by zero. */
  evaluate(values: Record<string, number>): unknown;
  type: string;
}

/** @throws Error with words that say what is wrong and where */
export function parseExpression(text: string, names: readonly string[]): Expression {
  const environment = new Environment({ limits: { maxAstNodes: 400, maxDepth: 60 } });
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
