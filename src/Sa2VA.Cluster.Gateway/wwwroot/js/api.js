import { end, key } from './session.js';

const root = new URL('api/v1/', document.baseURI);

/** An answer that is none: what the gateway says is wrong, or that nobody answers (`status` 0). */
export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }

  /** Whether the same request may work in a while. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** The address of something of the API. Its parts may hold anything. */
export const address = (...parts) => new URL(parts.map(encodeURIComponent).join('/'), root);

/** Asks for JSON. */
export async function get(url, signal) {
  return (await request(url, { signal })).json();
}

/** Sends something; returns the answer's JSON, or null when there is none. */
export async function send(method, url, body, { signal, headers } = {}) {
  const isPlain = body !== undefined && !(body instanceof Blob);
  const response = await request(url, {
    method,
    signal,
    headers: { ...headers, ...(isPlain ? { 'Content-Type': 'application/json' } : {}) },
    body: isPlain ? JSON.stringify(body) : body,
  });
  return response.status === 204 ? null : response.json();
}

/** The answer itself, for streams and pictures. */
export async function request(url, { headers, ...rest } = {}) {
  let response;
  try {
    response = await fetch(url, { ...rest, credentials: 'omit', headers: { ...headers, Authorization: `Bearer ${key() ?? ''}` } });
  } catch (failure) {
    if (failure.name === 'AbortError') throw failure;
    throw new ApiError(0, 'The gateway does not answer.');
  }
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) end('The key is unknown, or has expired.');
  throw new ApiError(response.status, problem.detail ?? problem.title ?? `The gateway answered with ${response.status}.`);
}
