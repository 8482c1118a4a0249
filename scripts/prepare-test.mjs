// Before the tests: installs the servers that they talk to, where apt may; says what is missing where it may not.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const wanted = {
  mosquitto: '/usr/sbin/mosquitto',
  'mosquitto-clients': '/usr/bin/mosquitto_pub',
  influxdb: '/usr/bin/influxd',
  'victoria-metrics': '/usr/bin/victoria-metrics',
  'python3-pymodbus': '/usr/lib/python3/dist-packages/pymodbus',
  'python3-serial': '/usr/lib/python3/dist-packages/serial',
  'python3-serial-asyncio': '/usr/lib/python3/dist-packages/serial_asyncio',
  'python3-aiosmtpd': '/usr/lib/python3/dist-packages/aiosmtpd',
  'poppler-utils': '/usr/bin/pdftotext',
  mbpoll: '/usr/bin/mbpoll',
  socat: '/usr/bin/socat',
  chromium: '/usr/bin/chromium',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc',
  'docker-compose': '/usr/bin/docker-compose',
  'prometheus-alertmanager': '/usr/bin/prometheus-alertmanager',
};
const missing = () =>
  Object.entries(wanted)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);

const absent = missing();
if (absent.length > 0 && process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
  console.log(`installing for the tests: ${absent.join(' ')}`);
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  spawnSync('apt-get', ['update', '-q'], options);
  for (let attempt = 1; attempt <= 2; attempt++) {
    try {
      execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...absent], options);
      break;
    } catch (error) {
      console.error(`apt-get failed (try ${attempt}): ${error.message}`);
    }
  }
}
const still = missing();
if (still.length > 0) {
  console.log(`not installed, their tests are skipped: ${still.join(', ')}`);
  if (process.env.CI) {
    console.error('in CI every server must be there');
    process.exit(1);
  }
}
