import { address } from '../api.js';
import { key } from '../session.js';

let worker = null;

/**
 * The address of a video's file for a player; null where the browser cannot stream it with a key.
 * @param {string} video
 */
export async function sourceFor(video) {
  if (!navigator.serviceWorker) return null;
  try {
    worker ??= start();
    await worker;
    return address('videos', video, 'source').href;
  } catch {
    return null;
  }
}

async function start() {
  navigator.serviceWorker.addEventListener('message', event => {
    if (event.data === 'key') event.ports[0].postMessage(key() ?? '');
  });
  navigator.serviceWorker.startMessages();
  await navigator.serviceWorker.register(new URL('media-worker.js', document.baseURI));
  const { active } = await navigator.serviceWorker.ready;
  if (navigator.serviceWorker.controller) return;
  const changed = new Promise(resolve => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
  // A page that was reloaded by force is nobody's until somebody claims it.
  active.postMessage('claim');
  await changed;
}
