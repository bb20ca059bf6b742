// Apps as Vite makes them: scaffolded, changed and built once; the result stays in $HERALD_NPM for the next run.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { npmFolder } from './herald.mjs';

// The folder of the build. `files` go over the scaffold's own (null takes one away); `build` are more arguments of vite build.
export function viteApp(name, template, { files = {}, build = [] } = {}) {
  const app = path.join(npmFolder, name);
  const dist = path.join(app, 'dist');
  const done = path.join(app, 'built');
  const recipe = createHash('sha256').update(JSON.stringify({ template, files, build })).digest('hex');
  if (fs.existsSync(done) && fs.readFileSync(done, 'utf8') === recipe) return dist;
  const options = { cwd: npmFolder, stdio: ['ignore', 'pipe', 'pipe'], timeout: 180000 };
  if (!fs.existsSync(path.join(app, 'node_modules'))) {
    fs.rmSync(app, { recursive: true, force: true });
    execFileSync(process.execPath, [path.join(npmFolder, 'node_modules/create-vite/index.js'), name, '--template', template], options);
    const manifest = JSON.parse(fs.readFileSync(path.join(app, 'package.json'), 'utf8'));
    for (const wanted of Object.keys(manifest.devDependencies)) { // building needs neither the linter nor the types
      if (/eslint|globals|@types/.test(wanted)) delete manifest.devDependencies[wanted];
    }
    fs.writeFileSync(path.join(app, 'package.json'), JSON.stringify(manifest));
    execFileSync('npm', ['install', '--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'], { ...options, cwd: app });
  }
  for (const [file, content] of Object.entries(files)) {
    fs.rmSync(path.join(app, file), { force: true });
    if (content === null) continue;
    fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
    fs.writeFileSync(path.join(app, file), content);
  }
  execFileSync('npx', ['--no-install', 'vite', 'build', '--emptyOutDir', ...build], { ...options, cwd: app });
  fs.writeFileSync(done, recipe);
  return dist;
}
