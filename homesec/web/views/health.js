// How the system is: its parts and models, what waits, what was refused and what was given up.

import { Problem, get } from '../http.js';
import { arrange, h, setAttribute, setText } from '../dom.js';
import { notice, problemWords } from '../parts.js';
import { deadLetters } from './dead_letters.js';
import { noticesOf } from './notices.js';
import { partRow } from './part_row.js';
import { rejectedUploads } from './rejected.js';

const EVERY_MS = 5000;
const STATUS_WORDS = { ok: 'Everything works', degraded: 'Something is missing', down: 'Nothing can be stored' };
const QUEUE_WORDS = {
  detection_queue: 'Pictures to look at',
  detection_backlog: 'Older pictures to look at',
  analysis_queue: 'Batches to judge',
  narrative_queue: 'Events to describe',
};
const UPLOAD_WORDS = {
  pending: 'Uploads not looked at yet',
  detected: 'Uploads not in an event yet',
  rejected: 'Rejected uploads',
  failed: 'Failed uploads',
  expired: 'Expired uploads',
};

export function healthView({ live }) {
  const ending = new AbortController();
  const seesAll = live.me.cameras === null; // queues concern all cameras: a key for some of them may not look
  const status = h('p.overall', {}, h('span.status-dot', { 'aria-hidden': 'true' }), h('span'));
  const version = h('p.soft');
  const notices = h('div.notices');
  const parts = h('ul.parts');
  const waiting = h('dl.waiting');
  const waitingTrouble = h('div');
  const rejected = rejectedUploads(live);
  const letters = deadLetters(live);
  const element = h(
    'section.page',
    {},
    h('div.page-head', {}, h('h1', {}, 'Health'), version),
    status,
    notices,
    h(
      'div.health',
      {},
      card('Parts', parts),
      h(
        'div.health-side',
        {},
        seesAll && card('Work that waits', waitingTrouble, waiting),
        letters.element,
        rejected.element,
      ),
    ),
  );
  const rows = new Map();

  function render() {
    const { health } = live;
    if (!health) return;
    setText(version, `Version ${health.version}`);
    setAttribute(status, 'data-status', health.status);
    setText(status.lastChild, STATUS_WORDS[health.status] ?? health.status);
    arrange(
      notices,
      noticesOf(health).map(([tone, text]) => notice(tone, h('span', {}, text))),
    );
    const names = new Map();
    arrange(
      parts,
      health.parts.map((part) => {
        // parts of one name (several detectors) are told apart by their place
        const place = names.get(part.name) ?? 0;
        names.set(part.name, place + 1);
        const key = `${part.name}:${place}`;
        if (!rows.has(key)) rows.set(key, partRow());
        rows.get(key).update(part);
        return rows.get(key).element;
      }),
    );
  }

  async function readQueues() {
    try {
      const queues = await get('/api/system/queues', { signal: ending.signal });
      arrange(waitingTrouble, []);
      arrange(waiting, figures(queues));
    } catch (problem) {
      if (problem instanceof Problem) arrange(waitingTrouble, [notice('bad', problemWords(problem))]);
    }
  }

  function refresh() {
    if (document.visibilityState !== 'visible') return;
    live.readHealth();
    if (seesAll) readQueues();
    rejected.refresh();
    letters.refresh();
  }

  live.addEventListener('health', render);
  render();
  refresh();
  const timer = setInterval(refresh, EVERY_MS);
  return {
    element,
    title: 'Health',
    section: '/health',
    shown: () => scrollTo({ top: 0 }),
    stop() {
      clearInterval(timer);
      ending.abort();
      live.removeEventListener('health', render);
    },
  };
}

function card(name, ...content) {
  return h('section.card', {}, h('h2', {}, name), content);
}

function figures({ queues, uploads, batches_due: due }) {
  const lines = [
    ...queues.map(({ name, depth }) => [QUEUE_WORDS[name] ?? name, depth ?? 'Redis is away']),
    ...['pending', 'detected'].map((state) => [UPLOAD_WORDS[state], uploads[state] ?? 0]),
    ['Batches whose newest state is not judged yet', due],
  ];
  return lines.map(([name, value]) =>
    h('div.figure', {}, h('dt', {}, name), h('dd', { 'data-zero': value === 0 }, String(value))),
  );
}
