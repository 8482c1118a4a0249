/** Works plain spreadsheet formulas out, apart from the program that wrote them: as much of the language as our workbooks use. */
import jStat from 'jstat';
import type { Sheet } from '../../reports/sheet.ts';

type Value = number | string | boolean | null;
type Block = Value[];

export class Workbook {
  readonly #sheets: Map<string, Sheet>;
  readonly #known = new Map<string, Value>();

  constructor(sheets: readonly Sheet[]) {
    this.#sheets = new Map(sheets.map((sheet) => [sheet.name, sheet]));
  }

  /** `A1` has the heading. What a formula brought along as its result is not looked at. */
  cell(sheet: string, column: number, row: number): Value {
    const key = `${sheet}!${column}:${row}`;
    if (this.#known.has(key)) return this.#known.get(key) as Value;
    const raw = row === 1 ? this.#sheets.get(sheet)?.head[column] : this.#sheets.get(sheet)?.rows[row - 2]?.[column];
    const value = typeof raw === 'object' && raw !== null ? (new Parser(this, sheet, raw.formula).all() as Value) : (raw ?? null);
    this.#known.set(key, value);
    return value;
  }

  number(sheet: string, address: string): number {
    const [, letter = 'A', row = '1'] = /^([A-Z])(\d+)$/.exec(address) ?? [];
    return Number(this.cell(sheet, letter.charCodeAt(0) - 65, Number(row)));
  }
}

class Parser {
  readonly #tokens: string[];
  #at = 0;
  readonly book: Workbook;
  readonly sheet: string;
  constructor(book: Workbook, sheet: string, text: string) {
    this.book = book;
    this.sheet = sheet;
    this.#tokens =
      text.match(
        /[A-Za-z]+!\$?[A-Z]\$?\d+(?::\$?[A-Z]\$?\d+)?|\$?[A-Z]\$?\d+(?::\$?[A-Z]\$?\d+)?(?![A-Z(])|\d+\.?\d*(?:E[+-]?\d+)?|[A-Z]+(?=\()|>=|<=|[-+*/^(),<>=]/g,
      ) ?? [];
  }
  all(): Value | Block {
    const value = this.compare();
    if (this.#at !== this.#tokens.length) throw new Error(`left over: ${this.#tokens.slice(this.#at).join(' ')}`);
    return value;
  }
  #take(...signs: string[]): string | undefined {
    const next = this.#tokens[this.#at];
    return next !== undefined && signs.includes(next) ? this.#tokens[this.#at++] : undefined;
  }
  compare(): Value | Block {
    const left = this.sum();
    const sign = this.#take('>=', '<=', '<', '>', '=');
    if (!sign) return left;
    const [a, b] = [Number(left), Number(this.sum())];
    return sign === '>=' ? a >= b : sign === '<=' ? a <= b : sign === '<' ? a < b : sign === '>' ? a > b : a === b;
  }
  sum(): Value | Block {
    let value = this.product();
    for (let sign = this.#take('+', '-'); sign; sign = this.#take('+', '-')) {
      const next = Number(this.product());
      value = sign === '+' ? Number(value) + next : Number(value) - next;
    }
    return value;
  }
  product(): Value | Block {
    let value = this.power();
    for (let sign = this.#take('*', '/'); sign; sign = this.#take('*', '/')) {
      const next = Number(this.power());
      value = sign === '*' ? Number(value) * next : Number(value) / next;
    }
    return value;
  }
  power(): Value | Block {
    const sign = this.#take('-');
    const base = this.unit();
    const value = this.#take('^') ? Number(base) ** Number(this.unit()) : base;
    return sign ? -Number(value) : value;
  }
  unit(): Value | Block {
    const token = this.#tokens[this.#at++] as string;
    if (token === '(') {
      const value = this.compare();
      this.#take(')');
      return value;
    }
    if (/^[A-Z]+$/.test(token)) {
      this.#take('(');
      const list: (Value | Block)[] = [];
      for (; !this.#take(')'); this.#take(',')) list.push(this.compare());
      return call(token, list);
    }
    if (/^\d/.test(token)) return Number(token);
    const [place, range] = token.includes('!') ? token.split('!') : [this.sheet, token];
    const cells = (range as string).replaceAll('$', '').split(':');
    const at = (text: string) => [text.charCodeAt(0) - 65, Number(text.slice(1))] as const;
    const [column, first] = at(cells[0] as string);
    if (cells.length === 1) return this.book.cell(place as string, column, first);
    const [, last] = at(cells[1] as string);
    return Array.from({ length: last - first + 1 }, (_, i) => this.book.cell(place as string, column, first + i));
  }
}

function call(name: string, list: (Value | Block)[]): Value | Block {
  const numbers = list.flat().filter((one): one is number => typeof one === 'number');
  const [a, b, c] = list;
  switch (name) {
    case 'SUM':
      return numbers.reduce((sum, one) => sum + one, 0);
    case 'COUNT':
      return numbers.length;
    case 'MAX':
      return Math.max(...numbers);
    case 'ABS':
      return Math.abs(Number(a));
    case 'SQRT':
      return Math.sqrt(Number(a));
    case 'EXP':
      return Math.exp(Number(a));
    case 'OR':
      return list.flat().some(Boolean);
    case 'IF':
      return a ? (b as Value) : (c as Value);
    case 'INDEX':
      return (a as Block)[Number(b) - 1] as Value;
    case 'TINV':
      return jStat.studentt.inv(1 - Number(a) / 2, Number(b));
    default:
      throw new Error(`unknown function ${name}`);
  }
}
