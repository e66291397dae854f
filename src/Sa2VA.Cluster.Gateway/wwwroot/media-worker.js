// A player asks for a video's file by itself, in ranges, and cannot show a key. This stands between: it asks the page for the key, which stays in
// the page, and adds it to the request. It touches nothing but the files of videos.

const source = /\/api\/v1\/videos\/[^/]+\/source$/;

addEventListener('install', () => skipWaiting());
addEventListener('activate', event => event.waitUntil(clients.claim()));
addEventListener('message', event => {
  if (event.data === 'claim') event.waitUntil(clients.claim());
});
addEventListener('fetch', event => {
  const { request } = event;
  if (request.method === 'GET' && source.test(new URL(request.url).pathname)) event.respondWith(withKey(event));
});

async function withKey({ request, clientId }) {
  const key = await askFor(await clients.get(clientId));
  const headers = { Authorization: `Bearer ${key}` };
  const range = request.headers.get('Range');
  if (range) headers.Range = range;
  return fetch(request.url, { headers, credentials: 'omit', signal: request.signal });
}

function askFor(page) {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = event => resolve(event.data);
    page.postMessage('key', [port2]);
  });
}
