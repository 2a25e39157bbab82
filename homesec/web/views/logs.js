// What the parts of the system said, with a search over it.

import { h } from '../dom.js';
import { time } from '../times.js';
import { pagedList } from './paged_list.js';

const LEVELS = [
  ['', 'All lines'],
  ['WARNING', 'Warnings and errors'],
  ['ERROR', 'Errors only'],
];

export function logsCard() {
  const query = {};
  const lines = pagedList({ title: 'Log', path: '/api/system/logs', query, line, empty: 'No line fits.' });
  const words = h('input', { type: 'search', id: 'log-words', placeholder: 'Words, names, numbers', maxlength: 500 });
  const level = h(
    'select',
    { id: 'log-level', onchange: ask },
    LEVELS.map(([value, name]) => h('option', { value }, name)),
  );
  const form = h(
    'form.filters',
    {
      'aria-label': 'Search the log',
      role: 'search',
      onsubmit: (event) => {
        event.preventDefault();
        ask();
      },
    },
    h('label.only-heard', { for: 'log-words' }, 'Words'),
    words,
    h('label.only-heard', { for: 'log-level' }, 'Level'),
    level,
    h('button.button', {}, 'Search'),
  );
  words.addEventListener('search', ask); // also when it is emptied by its cross
  lines.element.firstChild.after(form);

  function ask() {
    Object.assign(query, { q: words.value.trim(), level: level.value });
    lines.refresh();
  }

  return {
    element: lines.element,
    refresh() {
      // a line that is being read stays where it is
      if (!lines.element.querySelector('details[open]')) lines.refresh();
    },
  };
}

function line({ timestamp, level, component, message, camera_id: camera, event_id: event, extra }) {
  const { error, ...facts } = extra;
  const rest = Object.entries({ camera, event, ...facts }).filter(([, value]) => value !== null);
  return h(
    'li.paged-item.log-line',
    { 'data-level': level },
    h('p', {}, message),
    h(
      'details.history',
      {},
      h('summary', {}, `${level.toLowerCase()} · ${component} · `, time(timestamp, 'clock')),
      h(
        'dl.part-figures',
        {},
        rest.map(([name, value]) => h('div', {}, h('dt', {}, name.replaceAll('_', ' ')), h('dd', {}, String(value)))),
      ),
      error && h('pre.log-error', {}, error),
    ),
  );
}
