import { address, request } from './api.js';
import { lines } from './lines.js';

/**
 * Server-sent events of a stream, as the standard has them. `EventSource` cannot show a key, hence this.
 * @param {ReadableStream<Uint8Array>} stream
 * @returns {AsyncGenerator<{id: string, type: string, data: string}>}
 */
export async function* parseEvents(stream) {
  let [id, type, data] = ['', '', []];
  for await (const line of lines(stream)) {
    if (line === '') {
      if (data.length > 0) yield { id, type: type || 'message', data: data.join('\n') };
      [type, data] = ['', []];
      continue;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') type = value;
    else if (field === 'data') data.push(value);
  }
}

const firstPause = 500;
const longestPause = 15_000;

/**
 * Follows what happens in a job until the signal ends it, over lost connections, without missing or repeating anything.
 * @param {string} job
 * @param {AbortSignal} signal
 * @param {(event: {id: string, type: string, at: string, videoId: ?string, detail: ?string}) => void} told
 */
export async function follow(job, signal, told) {
  let last = null;
  let pause = firstPause;
  while (!signal.aborted) {
    try {
      const response = await request(address('jobs', job, 'events'), { signal, headers: last ? { 'Last-Event-ID': last } : {} });
      for await (const event of parseEvents(response.body)) {
        last = event.id;
        pause = firstPause;
        told({ id: event.id, ...JSON.parse(event.data) });
      }
    } catch (failure) {
      if (signal.aborted) return;
      // Lost on the way, or a server is away: again. Anything else would be refused again.
      if (failure.status !== undefined && !failure.isPassing) return;
    }
    await new Promise(resolve => setTimeout(resolve, pause));
    pause = Math.min(2 * pause, longestPause);
  }
}
