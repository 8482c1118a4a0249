/** A report without the console: asks a running Plantroom, as a program with a token. */
import { writeFileSync } from 'node:fs';
import { Fault, reasonOf } from '../shared/errors.ts';
import { type Command, parse } from './command.ts';

const command: Command = {
  id: 'report',
  summary: 'Fetches a report of a running Plantroom: html, pdf, xlsx, docx or json',
  usage:
    'report KIND --period 2026|2026-10 [--lang zh|en] [--format html|pdf|xlsx|docx|json] --out FILE [--url http://127.0.0.1:8080] --user NAME (password in PLANTROOM_PASSWORD)',
  async run(args) {
    const { values, positionals } = parse(
      args,
      {
        period: { type: 'string' },
        lang: { type: 'string' },
        format: { type: 'string', default: 'pdf' },
        out: { type: 'string' },
        url: { type: 'string', default: `http://127.0.0.1:${process.env.PLANTROOM_PORT || 8080}` },
        user: { type: 'string', default: 'admin' },
      },
      true,
    );
    const [kind] = positionals;
    if (kind === undefined || positionals.length > 1 || !values.period || !values.out)
      throw new Fault('usage/command', 'report needs a KIND, --period and --out');
    const password = process.env.PLANTROOM_PASSWORD;
    if (!password) throw new Fault('usage/command', 'the password of --user stands in the environment variable PLANTROOM_PASSWORD');
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await fetch(new URL(path, values.url), init).catch((error: unknown) => {
        throw new Fault('usage/command', `${values.url} does not answer: ${reasonOf(error)}`);
      });
      if (!response.ok) {
        const problem = (await response.json().catch(() => ({}))) as { detail?: string; title?: string };
        throw new Fault('usage/command', `${response.status} ${problem.detail ?? problem.title ?? ''}`.trim());
      }
      return response;
    };
    const login = await ask('/api/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user: values.user, password }),
    });
    const { token } = (await login.json()) as { token: string };
    const query = new URLSearchParams({ period: values.period, format: values.format, ...(values.lang ? { lang: values.lang } : {}) });
    const report = await ask(`/api/reports/${encodeURIComponent(kind)}?${query}`, { headers: { authorization: `Bearer ${token}` } });
    const content = Buffer.from(await report.arrayBuffer());
    writeFileSync(values.out, content);
    process.stdout.write(`${values.out}: ${content.length} bytes\n`);
    return 0;
  },
};
export default command;
