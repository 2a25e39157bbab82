// The events as this page knows them: newest first, loaded by pages, kept true by the messages of the socket.

import { Problem, get, getPatiently } from './http.js';

const PAGE = 30;
const GATHER_MS = 40; // messages of one commit come together
const AGAIN_MS = 1000; // a busy house changes an event many times a second; nobody reads that fast
const AWAY_MS = 3000;
const ONE_BY_ONE = 5; // older events that are asked for singly in one round

/** Says `change` whenever `events`, `state` or `problem` changed. States: loading, ready, failed. */
export class Feed extends EventTarget {
  #events = new Map();
  #stale = new Set();
  #ending = new AbortController();
  #lastFetch = 0;
  #timer = null;
  cursor = null;
  filters = {};
  state = 'loading';
  problem = null;
  isLoadingOlder = false;

  /** Newest first. */
  get events() {
    return [...this.#events.values()].sort(newestFirst);
  }

  /** Load the newest events that fit; gives the number after which messages count. */
  async load(filters = this.filters) {
    this.stop();
    const { signal } = (this.#ending = new AbortController());
    Object.assign(this, { filters, state: 'loading', problem: null, isLoadingOlder: false });
    this.#changed();
    try {
      const page = await getPatiently('/api/events', {
        query: { ...filters, limit: PAGE },
        signal,
        onwait: (problem) => this.#set({ problem }),
      });
      this.#events = new Map(page.items.map((event) => [event.id, event]));
      this.#set({ cursor: page.next_cursor, state: 'ready', problem: null });
      if (this.#stale.size) this.#schedule();
      return page.seq;
    } catch (problem) {
      if (problem instanceof Problem) this.#set({ state: 'failed', problem });
      throw problem;
    }
  }

  /** Load the next older page. */
  async older() {
    if (!this.cursor || this.isLoadingOlder || this.state !== 'ready') return;
    const { signal } = this.#ending;
    this.#set({ isLoadingOlder: true });
    try {
      const query = { ...this.filters, limit: PAGE, cursor: this.cursor };
      const page = await getPatiently('/api/events', { query, signal, onwait: (problem) => this.#set({ problem }) });
      for (const event of page.items) this.#put(event);
      this.#set({ cursor: page.next_cursor, isLoadingOlder: false, problem: null });
    } catch (problem) {
      if (problem instanceof Problem) this.#set({ isLoadingOlder: false, problem });
    }
  }

  /** Take a message of the socket. */
  hear({ type, data }) {
    if (!type.startsWith('event.')) return;
    if (data.deleted) this.#forget(data.event_id);
    this.#stale.add(data.event_id);
    if (this.state === 'ready') this.#schedule();
  }

  stop() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#ending.abort();
  }

  #schedule(waitMs = Math.max(GATHER_MS, this.#lastFetch + AGAIN_MS - Date.now())) {
    this.#timer ??= setTimeout(() => this.#refetch(), waitMs);
  }

  async #refetch() {
    const { signal } = this.#ending;
    const asked = this.#stale;
    this.#stale = new Set();
    this.#lastFetch = Date.now();
    let waitMs;
    try {
      const later = await this.#ask(asked, signal);
      for (const id of later) this.#stale.add(id);
      this.problem = null;
    } catch (problem) {
      if (signal.aborted) return; // a new load has taken over
      for (const id of asked) this.#stale.add(id);
      this.problem = problem;
      waitMs = AWAY_MS;
    }
    this.#timer = null;
    this.#changed();
    if (this.#stale.size) this.#schedule(waitMs);
  }

  /** Bring these events up to date: one page for the newest, the rest one by one. Gives those left for later. */
  async #ask(ids, signal) {
    const hadMore = this.#events.size > PAGE || this.cursor;
    const page = await get('/api/events', { query: { ...this.filters, limit: PAGE }, signal });
    const seen = new Set(page.items.map((event) => event.id));
    const last = page.next_cursor ? page.items.at(-1) : null;
    for (const event of page.items) this.#put(event);
    for (const event of this.#events.values()) {
      // what should stand in this page and does not was deleted or fits the filter no more
      if (!seen.has(event.id) && (!last || newestFirst(event, last) < 0)) this.#events.delete(event.id);
    }
    if (!last) return [];
    const others = [...ids].filter((id) => !seen.has(id) && (this.#events.has(id) || hadMore));
    for (const id of others.slice(0, ONE_BY_ONE)) await this.#askOne(id, signal);
    return others.slice(ONE_BY_ONE);
  }

  async #askOne(id, signal) {
    try {
      const event = await get(`/api/events/${id}`, { signal });
      const oldest = this.events.at(-1);
      if (!this.#fits(event)) this.#forget(id);
      else if (this.#events.has(id) || !this.cursor || newestFirst(event, oldest) < 0) this.#put(event);
    } catch (problem) {
      if (problem.status === 404) this.#forget(id);
      else throw problem;
    }
  }

  #fits(event) {
    const { camera, level } = this.filters;
    return (
      !event.deleted_at &&
      (!camera || event.camera_id === camera) &&
      (!level?.length || level.includes(event.risk_level))
    );
  }

  #put(event) {
    const known = this.#events.get(event.id);
    if (!known || known.revision <= event.revision) this.#events.set(event.id, event);
  }

  #forget(id) {
    if (this.#events.delete(id)) this.#changed();
  }

  #set(values) {
    Object.assign(this, values);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

function newestFirst(one, other) {
  return Date.parse(other.started_at) - Date.parse(one.started_at) || other.id - one.id;
}
