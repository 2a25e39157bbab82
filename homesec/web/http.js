// The HTTP API: JSON in and out, every failure as a Problem with words for the reader (RFC 9457).

/** What went wrong; `status` is 0 when the server could not be reached. */
export class Problem extends Error {
  constructor(status, title, detail = '', extra = {}) {
    super(detail || title);
    this.name = 'Problem';
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.errors = extra.errors ?? [];
    this.instance = extra.instance ?? null;
    this.retryAfterS = extra.retryAfterS ?? null;
  }

  /** Waiting helps: the server is away, starting, busy, or its database is. */
  get isTemporary() {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** Told `signed-out` when a request finds that the session has ended. */
export const session = new EventTarget();

export function get(path, { query = {}, signal } = {}) {
  return request('GET', withQuery(path, query), { signal });
}

export function post(path, body, { signal } = {}) {
  return request('POST', path, { body, signal, headers: { 'Idempotency-Key': freshKey() } });
}

export function patch(path, body) {
  return request('PATCH', path, { body });
}

export function put(path, body) {
  return request('PUT', path, { body });
}

export function remove(path) {
  return request('DELETE', path, {});
}

/** `get` that waits and asks again as long as waiting helps. Ends with the signal. */
export async function getPatiently(path, { query = {}, signal, onwait = () => {} } = {}) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await get(path, { query, signal });
    } catch (problem) {
      if (!(problem instanceof Problem) || !problem.isTemporary) throw problem;
      onwait(problem);
      await pause(1000 * Math.max(problem.retryAfterS ?? 0, Math.min(2 ** attempt, 15)), signal);
    }
  }
}

async function request(method, path, { body, signal, headers = {} }) {
  let response;
  try {
    response = await fetch(path, {
      method,
      signal,
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json',
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, 'homesec does not answer', 'Is it running? This page tries again by itself.');
  }
  if (response.ok) return response.status === 204 ? null : response.json();
  const problem = await readProblem(response);
  if (response.status === 401 && path !== '/api/session') session.dispatchEvent(new Event('signed-out'));
  throw problem;
}

async function readProblem(response) {
  const retryAfterS = Number(response.headers.get('Retry-After')) || null;
  try {
    const told = await response.json();
    return new Problem(response.status, told.title ?? response.statusText, told.detail ?? '', { ...told, retryAfterS });
  } catch {
    return new Problem(response.status, response.statusText || 'The request failed', '', { retryAfterS });
  }
}

function withQuery(path, query) {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== null && one !== undefined && one !== '') parameters.append(name, one);
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

function freshKey() {
  // crypto.randomUUID exists only on loopback and TLS; a house network may have neither
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Wait; rejects with AbortError as soon as the signal fires. */
export function pause(ms, signal) {
  return new Promise((resolve, reject) => {
    const aborted = () => {
      clearTimeout(timer);
      reject(new DOMException('ended', 'AbortError'));
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    }, ms);
    if (signal?.aborted) aborted();
    else signal?.addEventListener('abort', aborted, { once: true });
  });
}
