// Starts the two halves of the page: how it was loaded, and what is live on it.
import { showLoad, showStatus } from './load.js';
import { startLive } from './live.js';

showLoad();
startLive({ onServer: showStatus });

const film = document.querySelector('#film');
const seek = document.querySelector('#seek');
for (const button of document.querySelectorAll('[data-jump]')) {
  button.addEventListener('click', () => {
    const asked = performance.now();
    film.currentTime = Number(button.dataset.jump);
    film.addEventListener('seeked', () => {
      seek.textContent = `At ${film.currentTime.toFixed(1)} s, ${Math.round(performance.now() - asked)} ms after you asked.`;
    }, { once: true });
  });
}

try {
  const response = await fetch('/assets/banner.webm', { headers: { Range: 'bytes=0-99' }, cache: 'no-store' });
  const bytes = (await response.arrayBuffer()).byteLength;
  document.querySelector('#range').textContent = `${response.status} with ${bytes} bytes`;
} catch {
  document.querySelector('#range').textContent = 'nothing: the server is away';
}
