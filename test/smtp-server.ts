/** aiosmtpd as a mail server in its own process: what it took, decoded by Python and not by us. */
import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort, pathOf, temporaryFolder } from './servers.ts';

export interface Mail {
  to: string[];
  from: string;
  tls: boolean;
  user: string | null;
  subject: string;
  headers: [string, string][];
  text: string;
  attachments: { name: string; type: string; sha256: string }[];
  bytes: number;
}

export interface SmtpServer extends AsyncDisposable {
  port: number;
  mails: Mail[];
  /** Certificate that a client must trust; undefined without TLS. */
  ca: string | undefined;
}

/** `tls`: demands STARTTLS; `user`: demands a login. */
export async function startSmtpServer(options: { tls?: boolean; user?: { name: string; password: string } } = {}): Promise<SmtpServer> {
  const folder = temporaryFolder('smtp');
  const [ca, key] = options.tls ? [join(folder.path, 'ca.pem'), join(folder.path, 'key.pem')] : [undefined, ''];
  if (ca !== undefined) {
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', ca, ...subject];
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
  const port = await freePort();
  const script = join(import.meta.dirname, 'smtp-server.py');
  const args = [script, String(port), ca ?? '', key, options.user?.name ?? '', options.user?.password ?? ''];
  const child = spawn(pathOf('aiosmtpd'), args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const mails: Mail[] = [];
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-5_000);
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line === 'ready') resolve();
      else mails.push(JSON.parse(line) as Mail);
    });
    void exited.then(() => reject(new Error(`the mail server ended at start:\n${said}`)));
  });
  return {
    port,
    mails,
    ca,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
      folder[Symbol.dispose]();
    },
  };
}
