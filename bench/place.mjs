// Place: a folder for one run, with the certificate that all servers use and the files that they serve.
import { execFileSync } from 'node:child_process';
import crypto from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

export const sizes = { '1 KiB': 1024, '10 KiB': 10 * 1024, '100 KiB': 100 * 1024, '10 MiB': 10 * 1024 * 1024 };
export const fileOf = (size) => `/file-${sizes[size]}.bin`;
export const pageAssets = Array.from({ length: 20 }, (_, i) => `/asset-${i}.bin`);

export function makePlace() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'herald-bench-'));
  fs.chmodSync(folder, 0o755);  // servers may drop their privileges
  const root = path.join(folder, 'root');
  fs.mkdirSync(root);
  // Incompressible, and with names of no type that anybody would compress.
  const write = (name, bytes) => fs.writeFileSync(path.join(root, name), crypto.randomBytes(bytes));
  for (const size of Object.keys(sizes)) write(fileOf(size), sizes[size]);
  write('page.bin', 8 * 1024);
  for (const asset of pageAssets) write(asset, 4 * 1024);
  const [key, cert] = [path.join(folder, 'key.pem'), path.join(folder, 'cert.pem')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', cert],
    { stdio: 'ignore' });
  fs.chmodSync(key, 0o644);
  return {
    folder, root, key, cert,
    file: (name, text) => {
      fs.writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    },
    remove: () => fs.rmSync(folder, { recursive: true, force: true }),
  };
}

// A port that nobody has at present, for servers that cannot choose one themselves.
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
