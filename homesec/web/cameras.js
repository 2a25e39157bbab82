// The cameras as this page knows them, by id.

import { Problem, getPatiently } from './http.js';

const AGAIN_MS = 1500; // how often the list is read again while cameras report
const PICTURE_MS = 2000; // how often a camera's picture is renewed at most: a page is no video player

/** Says `change` when the list changed, `picture` (detail: camera id) when a camera has a newer picture. */
export class Cameras extends EventTarget {
  #cameras = new Map();
  #pictures = new Map();
  #renewals = new Map();
  #ending = new AbortController();
  #timer = null;
  state = 'loading';
  problem = null;

  get all() {
    return [...this.#cameras.values()].sort((one, other) => one.name.localeCompare(other.name));
  }

  name(id) {
    return this.#cameras.get(id)?.name ?? id;
  }

  /** Where the last picture lies; another address for each newer one. Null while there is none. */
  picture({ id, last_seen_at: seen }) {
    const version = this.#pictures.get(id) ?? (seen && Date.parse(seen));
    return version ? `/api/cameras/${encodeURIComponent(id)}/snapshot?v=${version}` : null;
  }

  async load() {
    const { signal } = this.#ending;
    try {
      const found = [];
      for (let cursor = null, first = true; first || cursor; first = false) {
        const query = { limit: 200, cursor };
        const page = await getPatiently('/api/cameras', { query, signal, onwait: (problem) => this.#set({ problem }) });
        found.push(...page.items);
        cursor = page.next_cursor;
      }
      this.#cameras = new Map(found.map((camera) => [camera.id, camera]));
      this.#set({ state: 'ready', problem: null });
    } catch (problem) {
      if (problem instanceof Problem) this.#set({ state: 'failed', problem });
    }
  }

  /** Take a message of the socket. */
  hear({ seq, type, data }) {
    if (type === 'upload.detected') this.#renew(data.camera_id, `m${seq}`);
    if (type === 'camera.status' || type === 'upload.detected') this.reloadSoon();
  }

  /** There is a newer picture: say so, at once or when the last one has stood for a while. */
  #renew(id, version) {
    const isWaiting = this.#renewals.has(id);
    this.#pictures.set(id, version);
    if (isWaiting) {
      this.#renewals.get(id).again = true;
      return;
    }
    this.dispatchEvent(new CustomEvent('picture', { detail: id }));
    const renewal = { again: false };
    renewal.timer = setTimeout(() => {
      this.#renewals.delete(id);
      if (renewal.again) this.#renew(id, this.#pictures.get(id));
    }, PICTURE_MS);
    this.#renewals.set(id, renewal);
  }

  reloadSoon() {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.load();
    }, AGAIN_MS);
  }

  stop() {
    clearTimeout(this.#timer);
    for (const { timer } of this.#renewals.values()) clearTimeout(timer);
    this.#ending.abort();
  }

  #set(values) {
    Object.assign(this, values);
    this.dispatchEvent(new Event('change'));
  }
}
