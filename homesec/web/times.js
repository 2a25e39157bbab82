// Times are shown in the reader's own time zone; the exact UTC stands in the title.

import { h, setAttribute, setText } from './dom.js';

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const dayAndClock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const dayOfWeek = new Intl.DateTimeFormat(undefined, { weekday: 'long', day: 'numeric', month: 'long' });
const dayOfYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'long' });
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto' });

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Infinity],
];

/** `3 minutes ago`. */
export function ago(iso, now = Date.now()) {
  let amount = (new Date(iso).getTime() - now) / 1000;
  if (Math.abs(amount) < 5) return relative.format(0, 'second');
  for (const [unit, size] of STEPS) {
    if (Math.abs(amount) < size) return relative.format(Math.round(amount), unit);
    amount /= size;
  }
  return '';
}

/** The local day as a key that sorts: `2026-03-03`. */
export function dayKey(iso) {
  const at = new Date(iso);
  return [at.getFullYear(), String(at.getMonth() + 1).padStart(2, '0'), String(at.getDate()).padStart(2, '0')].join(
    '-',
  );
}

/** `Today`, `Yesterday`, `Tuesday, March 3`, or with the year when it is another one. */
export function dayName(iso, now = new Date()) {
  const at = new Date(iso);
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayKey(iso) === dayKey(now)) return 'Today';
  if (dayKey(iso) === dayKey(yesterday)) return 'Yesterday';
  return (at.getFullYear() === now.getFullYear() ? dayOfWeek : dayOfYear).format(at);
}

/** `Ended · 12 s`, or only that it ended when it was a moment. */
export function ended(fromIso, toIso) {
  return new Date(toIso) - new Date(fromIso) < 1000 ? 'Ended' : `Ended · ${span(fromIso, toIso)}`;
}

/** `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function span(fromIso, toIso) {
  const seconds = Math.max(0, Math.round((new Date(toIso) - new Date(fromIso)) / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 ? `${minutes} min ${seconds % 60} s` : `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const FORMS = {
  clock: (iso) => clock.format(new Date(iso)),
  full: (iso) => dayAndClock.format(new Date(iso)),
  ago: (iso) => ago(iso),
};

/** A `<time>`; form is clock, full or ago. */
export function time(iso, form = 'full') {
  return setTime(h('time', { 'data-form': form }), iso);
}

export function setTime(element, iso) {
  if (!iso) {
    setText(element, 'never');
    return element;
  }
  setAttribute(element, 'datetime', iso);
  setAttribute(element, 'title', `${new Date(iso).toISOString()} (UTC)`);
  setText(element, FORMS[element.dataset.form](iso));
  return element;
}

/** Keep the relative times of the page true. */
export function keepTimesFresh(everyMs = 15_000) {
  setInterval(() => {
    for (const element of document.querySelectorAll('time[data-form="ago"][datetime]')) {
      setText(element, ago(element.dateTime));
    }
  }, everyMs);
}
