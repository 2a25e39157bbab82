// One part of the system: whether it works, which model it runs, and, folded away, its figures.

import { arrange, h, setAttribute, setText } from '../dom.js';

const STATE_WORDS = { ok: 'Works', waiting: 'Waits', down: 'Down', absent: 'Not there' };
const NAMES = { postgresql: 'PostgreSQL' };
const FIRST = ['because', 'model', 'device', 'share', 'mode', 'scorer']; // what the owner asks first
const HIDDEN = new Set(['stand_in']); // told as a notice already

/** A list item with `update(part)`. */
export function partRow() {
  const name = h('span.part-name');
  const which = h('span.soft.small');
  const state = h('span.status', {}, h('span.status-dot', { 'aria-hidden': 'true' }), h('span'));
  const first = h('dl.part-detail');
  const figures = h('dl.part-figures');
  const more = h('details.history', { hidden: true }, h('summary', {}, 'Figures'), figures);
  const element = h('li.part', {}, h('p.part-head', {}, h('span', {}, name, ' ', which), state), first, more);
  let shown = '';

  function update(part) {
    const [kind, place] = part.name.split(':', 2);
    setText(name, NAMES[kind] ?? kind.replaceAll('_', ' '));
    setText(which, place);
    setAttribute(state, 'data-status', part.state);
    setText(state.lastChild, STATE_WORDS[part.state] ?? part.state);
    const now = JSON.stringify(part.detail);
    if (now !== shown) showDetail(part.detail);
    shown = now;
  }

  function showDetail(detail) {
    const told = Object.entries(detail).filter(([key, value]) => !HIDDEN.has(key) && !isEmpty(value));
    const order = ([key]) => FIRST.indexOf(key);
    arrange(first, lines(told.filter((line) => order(line) >= 0).sort((one, other) => order(one) - order(other))));
    const rest = lines(told.filter((line) => order(line) < 0));
    arrange(figures, rest);
    more.hidden = rest.length === 0;
  }

  return { element, update };
}

function lines(entries) {
  return entries.map(([key, value]) => {
    const isSeconds = key.endsWith('_s') && typeof value === 'number';
    const name = isSeconds ? key.slice(0, -2) : key;
    return h('div', {}, h('dt', {}, name.replaceAll('_', ' ')), h('dd', {}, words(value) + (isSeconds ? ' s' : '')));
  });
}

function isEmpty(value) {
  return value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
}

function words(value) {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : value.toFixed(2);
  if (Array.isArray(value)) return value.map(words).join(', ');
  if (typeof value === 'object' && value) {
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${words(one)}`)
      .join(', ');
  }
  return String(value);
}
