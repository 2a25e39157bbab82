// The live line: /ws/events, resumed by number after every break, so that nothing is missed and nothing comes twice.

import { Problem, get } from './http.js';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const SETTLED_MS = 300; // a server that cannot serve takes the call and hangs up at once: not live yet
const STEADY_MS = 5000; // a connection that lived so long was a good one: the next attempt need not wait
const SILENCE_MS = 50_000; // the server says something every 20 seconds: after this silence it is gone
const RENEWED = 1012; // the server asks to connect again; nothing is wrong

/**
 * Says `message` (detail: {seq, type, at, data}) and `state` (detail: {state, waitMs}).
 * States: connecting, live, waiting (for the next attempt), closed.
 */
export class Socket extends EventTarget {
  constructor(after) {
    super();
    this.after = after;
    this.state = 'closed';
    this.attempts = 0;
    this.wake = () => this.#wake();
  }

  open() {
    addEventListener('online', this.wake);
    document.addEventListener('visibilitychange', this.wake);
    this.#connect();
  }

  close() {
    removeEventListener('online', this.wake);
    document.removeEventListener('visibilitychange', this.wake);
    clearTimeout(this.timer);
    this.#drop();
    this.#say('closed');
  }

  #connect() {
    clearTimeout(this.timer);
    this.#drop();
    this.#say('connecting');
    const address = new URL('/ws/events', location.href);
    address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
    address.hash = '';
    address.searchParams.set('after', this.after);
    const line = new WebSocket(address);
    this.line = line;
    this.openedAt = null;
    line.onopen = () => {
      this.openedAt = Date.now();
      this.settling = setTimeout(() => this.#say('live'), SETTLED_MS);
      this.#listen();
    };
    line.onmessage = (message) => this.#receive(JSON.parse(message.data));
    line.onclose = ({ code }) => this.#ended(code);
  }

  /** Notice a connection that died without a word. */
  #listen() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.#connect(), SILENCE_MS);
  }

  #drop() {
    clearTimeout(this.settling);
    clearTimeout(this.silence);
    if (!this.line) return;
    this.line.onopen = this.line.onmessage = this.line.onclose = null;
    this.line.close();
    this.line = null;
  }

  #receive(message) {
    this.#listen();
    if (message.type === 'ping') return;
    if (message.type === 'system.reset') this.after = message.seq ?? this.after;
    else if (message.seq <= this.after) return;
    else this.after = message.seq;
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  #ended(code) {
    const wasSteady = this.openedAt && Date.now() - this.openedAt > STEADY_MS;
    this.#drop();
    if (wasSteady) this.attempts = 0;
    if (wasSteady && code === RENEWED) {
      this.#connect();
      return;
    }
    // half fixed and half random, so that all pages of a house do not come back in the same moment
    const longest = Math.min(FIRST_WAIT_MS * 2 ** this.attempts, LONGEST_WAIT_MS);
    const waitMs = longest / 2 + (Math.random() * longest) / 2;
    this.attempts += 1;
    this.timer = setTimeout(() => this.#connect(), waitMs);
    this.#say('waiting', waitMs);
    this.#check();
  }

  /** A refused socket tells a browser nothing: ask whether it was the session that ended. */
  async #check() {
    try {
      await get('/api/session');
    } catch (problem) {
      if (problem instanceof Problem && problem.status === 401 && this.state !== 'closed') {
        this.dispatchEvent(new Event('signed-out'));
      }
    }
  }

  #wake() {
    if (document.visibilityState === 'hidden' || this.state !== 'waiting') return;
    this.attempts = 0;
    this.#connect();
  }

  #say(state, waitMs = 0) {
    this.state = state;
    this.dispatchEvent(new CustomEvent('state', { detail: { state, waitMs } }));
  }
}
