// Everything that stays alive while somebody is logged in: events, cameras, health, and the socket that feeds them.

import { get } from './http.js';
import { Cameras } from './cameras.js';
import { Feed } from './feed.js';
import { Socket } from './socket.js';

const HEALTH_EVERY_MS = 30_000;

/** Says `line` (the state of the socket), `message` (detail: one message), `health` and `signed-out`. */
export class Live extends EventTarget {
  feed = new Feed();
  cameras = new Cameras();
  health = null;
  line = { state: 'connecting', waitMs: 0 };
  #socket = null;
  #isEnded = false;
  #wasAway = false;

  constructor(me) {
    super();
    this.me = me;
  }

  /** admin and operator change things; a viewer looks on. */
  get mayChange() {
    return this.me.role !== 'viewer';
  }

  async start(filters) {
    this.cameras.load();
    this.#watchHealth();
    const after = await this.feed.load(filters);
    if (this.#isEnded) return;
    this.#socket = new Socket(after);
    this.#socket.addEventListener('state', ({ detail }) => this.#setLine(detail));
    this.#socket.addEventListener('message', ({ detail }) => this.#hear(detail));
    this.#socket.addEventListener('signed-out', () => this.dispatchEvent(new Event('signed-out')));
    this.#socket.open();
  }

  stop() {
    this.#isEnded = true;
    clearInterval(this.healthTimer);
    this.#socket?.close();
    this.feed.stop();
    this.cameras.stop();
  }

  async readHealth() {
    try {
      this.health = await get('/api/health');
      this.dispatchEvent(new Event('health'));
    } catch {
      // the state of the socket already says that the server is away
    }
  }

  #watchHealth() {
    this.readHealth();
    this.healthTimer = setInterval(() => {
      if (document.visibilityState === 'visible') this.readHealth();
    }, HEALTH_EVERY_MS);
  }

  #hear(message) {
    if (message.type === 'system.reset') this.#reload();
    if (message.type === 'system.status') this.readHealth();
    this.feed.hear(message);
    this.cameras.hear(message);
    this.dispatchEvent(new CustomEvent('message', { detail: message }));
  }

  /** The outbox no longer reaches back to what we knew: read everything again. */
  #reload() {
    this.feed.load().catch(() => {});
    this.cameras.reloadSoon();
  }

  #setLine(line) {
    if (line.state === 'waiting') this.#wasAway = true;
    if (line.state === 'live' && this.#wasAway) {
      this.#wasAway = false;
      this.readHealth();
      this.cameras.reloadSoon();
    }
    this.line = line;
    this.dispatchEvent(new Event('line'));
  }
}
